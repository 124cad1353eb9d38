using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.EngineWorker;

/// <summary>All that can be seen of a task's own streams, line by line, by questions that change nothing.</summary>
internal static class OwnState
{
    /// <summary>What a line begins with that tells when a consumer was seen.</summary>
    public const string Seen = "seen ";

    private static readonly StreamName[] s_groups = ["g", "h"];

    public static ReplyText Text { get; } = new(EngineTraits.Newest, exactTime: true);

    public static StreamName[] StreamsOf(string tag) => [tag + "s", tag + "t"];

    public static string Of(HoldResult result) =>
        string.Create(CultureInfo.InvariantCulture, $"{result.Holder} for {result.Left.TotalMilliseconds} beside {string.Join(' ', result.OtherLeases.Order())}");

    public static async Task<List<string>> ReadAsync(IStreamEngine engine, string tag, DateTimeOffset now)
    {
        var lines = new List<string>();
        foreach (var stream in StreamsOf(tag))
        {
            if (!await HasAsync(engine, stream))
                continue;
            lines.Add($"stream {stream} {Text.Of(await engine.GetStreamInfoAsync(stream))}");
            lines.Add($"entries {stream} {Text.OfEntries(await engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max))}");
            var groups = await engine.GetGroupsAsync(stream);
            lines.Add($"groups {stream} {Text.Of(groups)}");
            foreach (var group in groups)
            {
                lines.Add($"pending {stream} {group.Name} {Text.Of(await engine.GetPendingAsync(new() { Stream = stream, Group = group.Name, Count = int.MaxValue }))}");
                foreach (var consumer in await engine.GetConsumersAsync(stream, group.Name))
                {
                    lines.Add($"consumer {stream} {group.Name} {consumer.Name} {consumer.Pending} {consumer.Inactive} {await HoldAsync(engine, stream, group.Name, consumer.Name)}");
                    lines.Add(string.Create(CultureInfo.InvariantCulture, $"{Seen}{stream} {group.Name} {consumer.Name} {(now - consumer.Idle).ToUnixTimeMilliseconds()}"));
                }
            }
        }
        return lines;
    }

    /// <summary>Whether there is such a stream.</summary>
    public static async Task<bool> HasAsync(IStreamEngine engine, StreamName stream)
    {
        try
        {
            await engine.GetStreamInfoAsync(stream);
            return true;
        }
        catch (StreamEngineException refusal) when (refusal.Code == StreamErrorCode.NoStream)
        {
            return false;
        }
    }

    // Who asks for a name that another has changes nothing.
    private static async Task<string> HoldAsync(IStreamEngine engine, StreamName stream, StreamName group, StreamName consumer)
    {
        StreamName nobody = "nobody";
        var outcome = new SettlementOutcome[1];
        var look = new SettleRequest { Stream = stream, Group = group, Owner = consumer, Holder = nobody, Settlements = new[] { Settlement.Renew(StreamEntryId.MaxValue) } };
        await engine.SettleAsync(look, outcome);
        if (outcome[0] != SettlementOutcome.NotOwner)
            return "free";
        var ask = new HoldRequest { Stream = stream, Group = group, Consumer = consumer, Holder = nobody, Duration = TimeSpan.FromMilliseconds(1), Lease = TimeSpan.Zero };
        return Of(await engine.HoldConsumerAsync(ask));
    }
}
