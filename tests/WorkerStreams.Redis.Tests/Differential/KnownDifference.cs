using System.Text.RegularExpressions;
using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Redis.Tests.Differential;

/// <summary>In what a server differs from Redis 8.0, and so from the engine in process.</summary>
/// <param name="Reason">What it does, as docs/redis.md has it.</param>
/// <param name="Concerns">The servers that do.</param>
internal sealed record KnownDifference(string Reason, Func<EngineTraits, bool> Concerns)
{
    /// <summary>Commands that are not given at all.</summary>
    public Regex? NotGiven { get; init; }

    /// <summary>Replies of the engine in process after which the server is not asked, since it would do what that one has refused.</summary>
    public Regex? NotAsked { get; init; }

    /// <summary>What is not compared of the replies to such commands.</summary>
    public Regex? LeftOut { get; init; }

    /// <summary>The commands whose replies that is left out of; null stands for all.</summary>
    public Regex? LeftOutOf { get; init; }

    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        new("XREADGROUP after the greatest id there is lists the whole history; in process there is nothing after it", static _ => true)
        {
            NotGiven = new(@"^(wait to )?read \S+ \S+ .*18446744073709551615-18446744073709551615.* COUNT"),
        },
        new("Redis 7.0 serves a read that waits on several streams from the one that got an entry alone, and leaves it its place", traits => !traits.RepeatsBlockedReads)
        {
            NotGiven = new(@"^wait to read .*\{\d+\}t .*\{\d+\}s "),
        },
        new("Redis 7.0 knows no `+`, and Valkey takes it for the last entry only while that is there", traits => !traits.ReadsLastLiveEntry)
        {
            NotGiven = new(@"^(wait to )?read .* \+ "),
        },
        new("Redis 7.0 makes a consumer only when it is given something, and does not tell when that was last", traits => !traits.TracksEveryMention)
        {
            LeftOutOf = new("^(groups|consumers|create consumer)"),
            LeftOut = new(@" consumers \d+|^(True|False)$|[^ ;]* pending 0 [^;]*; |(?<= pending \d+ [^ ;]+) [^ ;]+(?=;)"),
        },
        new("Redis 7.0 lets XSETID go below the greatest deleted id", traits => !traits.ChecksMaxDeletedOnSetId)
        {
            NotAsked = new("smaller than current max_deleted_entry_id"),
        },
        new("Redis 7.0 tells of `ms-*` in a millisecond that is used up that it is too large", traits => !traits.TellsUsedUpMillisecond)
        {
            LeftOutOf = new("^append"),
            LeftOut = new("IdTooSmall: .*|InvalidArgument: .*too large.*"),
        },
        new("Redis 7.0 ends a waiting read with nothing where the entries after its position are gone: when one is trimmed as it is appended, or a group is destroyed", traits => !traits.RepeatsBlockedReads)
        {
            NotGiven = new(@"^(append .* Trim = Stream|destroy group ).* while \d+ wait"),
        },
        new("Redis 7.0 has words of its own for who waits in a group that goes", traits => !traits.RepeatsBlockedReads)
        {
            LeftOutOf = new("^wait"),
            LeftOut = new("(?<=NoGroup: ).*"),
        },
        new("Before Redis 8.0, and in Valkey, a group before the first entry, or in a stream without entries, has the lag of its counter alone", traits => !traits.KnowsLagBehindFirstEntry)
        {
            LeftOutOf = new("^groups"),
            LeftOut = new(@" lag \S+ behind"),
        },
        new("Redis 7.0 does not count anew what a group that stood before the first entry has read", traits => !traits.RecountsFromFirstEntry)
        {
            LeftOutOf = new("^groups"),
            LeftOut = new(@" read \S+( lag \S+)?"),
        },
    ];

    /// <summary>What is left to compare of a reply.</summary>
    public string Apply(string command, string reply) =>
        LeftOut is not null && LeftOutOf?.IsMatch(command) != false ? LeftOut.Replace(reply, "") : reply;
}
