using System.Text.RegularExpressions;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>In what the replies of a redis-server differ from the listener's, whose semantics are those of Redis 8.8.</summary>
/// <param name="Reason">Why, as docs/resp-listener.md has it.</param>
/// <param name="Of">The commands whose replies differ.</param>
/// <param name="LeftOut">What is not compared of them.</param>
internal sealed record KnownDifference(string Reason, Regex Of, Regex LeftOut)
{
    public static IReadOnlyList<KnownDifference> All { get; } =
    [
        new(
            "Times go on between one server's reply and the other's",
            new("^xpending \\S+ \\S+ .", RegexOptions.IgnoreCase),
            new(@"(?<=\*4\r\n\$\d+\r\n\d+-\d+\r\n\$\d+\r\n[^\r]*\r\n):\d+\r\n")),
        new(
            "7.0 does not tell of a consumer since when it is not active, nor makes one that is given nothing",
            new("^xinfo consumers", RegexOptions.IgnoreCase),
            new(@"[*%]\d+\r\n|\$4\r\nidle\r\n:\d+\r\n|\$8\r\ninactive\r\n:-?\d+\r\n|\$4\r\nname\r\n\$\d+\r\n[^\r]*\r\n\$7\r\npending\r\n:0\r\n", RegexOptions.None)) { Before = new(7, 2) },
        new(
            "7.0 makes no consumer that is given nothing",
            new("^xinfo groups", RegexOptions.IgnoreCase),
            new(@"(?<=consumers\r\n):\d+\r\n")) { Before = new(7, 2) },
        new(
            "7.0 makes no consumer that is given nothing",
            new("^xgroup createconsumer", RegexOptions.IgnoreCase),
            new("^:[01]\r\n")) { Before = new(7, 2) },
        new(
            "Before 8.0 a group before the first entry, or in an empty stream, has the lag of its counter alone, which is not counted anew, and before 8.2 one may have read more than there was",
            new("^xinfo (groups|stream)", RegexOptions.IgnoreCase),
            new(@"(?<=entries-read\r\n)(:\d+|\$-1|_)\r\n|(?<=lag\r\n)(:-?\d+|\$-1|_)\r\n")) { Before = new(8, 2) },
        new(
            "7.0 has it in other words",
            new("^\\S+ help", RegexOptions.IgnoreCase),
            new("(?<=Print)s(?= this help)")) { Before = new(7, 2) },
        new(
            "There is no radix tree, and the nodes are larger",
            new("^xinfo stream", RegexOptions.IgnoreCase),
            new(@"(?<=radix-tree-(keys|nodes)\r\n):\d+\r\n")),
        new(
            "7.0 does not tell of a consumer when it was last active, nor makes one that is given nothing",
            new("^xinfo stream .* full", RegexOptions.IgnoreCase),
            new(
                @"(?<=seen-time\r\n):\d+\r\n|\$11\r\nactive-time\r\n:-?\d+\r\n|(?<=consumers\r\n)\*\d+\r\n|(\*(8|10)|%[45])\r\n(?=\$4\r\nname\r\n[^:]*seen-time)|(?<=[-]\d+\r\n(\$\d+\r\n[^\r]*\r\n)?):\d{13}\r\n"
                + @"|\$4\r\nname\r\n\$\d+\r\n[^\r]*\r\n\$9\r\nseen-time\r\n(:\d+\r\n)?(\$11\r\nactive-time\r\n:-?\d+\r\n)?\$9\r\npel-count\r\n:0\r\n\$7\r\npending\r\n\*0\r\n")) { Before = new(7, 2) },
        new(
            "Since 8.8 it is told how many pending entries nobody owns",
            new("^xinfo stream .* full", RegexOptions.IgnoreCase),
            new(@"(\*(14|16)|%[78])\r\n(?=\$4\r\nname\r\n[^:]*last-delivered-id)|\$12\r\nnacked-count\r\n:0\r\n")) { Before = new(8, 8) },
        new(
            "Since 8.6 it is told what is remembered of appends",
            new("^xinfo stream ", RegexOptions.IgnoreCase),
            new(@"^(\*(18|20|30|32)|%(9|10|15|16))\r\n(?=\$6\r\nlength)|\$\d+\r\n(idmp|pids|iids)-\w+\r\n:\d+\r\n")) { Before = new(8, 6) },
        new(
            "The words are those of 7.4, which knows '+'",
            new("^xread(group)? ", RegexOptions.IgnoreCase),
            new("^-ERR Unbalanced .*\r\n")) { Before = new(7, 4) },
        new(
            "7.0 tells of `ms-*` in a millisecond that is used up that it is too large",
            new("^xadd ", RegexOptions.IgnoreCase),
            new("^-ERR (The ID specified in XADD is equal or smaller than the target stream top item|Elements are too large to be stored)\r\n")) { Before = new(7, 2) },
        new(
            "Before 8.6 it tells of arguments where there are none",
            new("^\\S+$"),
            new("(?<=^-ERR unknown command '[^']*'), with args beginning with: (?=\r\n)")) { Before = new(8, 6) },
        new(
            "Since 8.2 it depends on the key, too, whether a text is kept with it",
            new("^object encoding", RegexOptions.IgnoreCase),
            new(@"^\$\d+\r\n(embstr|raw)\r\n")) { Since = new(8, 2) },
        new(
            "There is no replication whose bytes could be counted",
            new("^role$", RegexOptions.IgnoreCase),
            new(@":\d+\r\n")),
        new(
            "COMMAND INFO tells of commands no categories, tips and key specifications",
            new("^command info [^ ]+$", RegexOptions.IgnoreCase),
            new(@"(?<=^\*1\r\n\*10\r\n\$\d+\r\n[^\r]*\r\n:-?\d+\r\n\*\d+\r\n(\+\w+\r\n)*(:-?\d+\r\n){3})[\s\S]*")),
        new(
            "Arity and flags are those of 8.6",
            new("^command info [^ ]+$", RegexOptions.IgnoreCase),
            new(@"(?<=^\*1\r\n\*10\r\n\$\d+\r\n[^\r]*\r\n):-?\d+\r\n\*\d+\r\n(\+\w+\r\n)*")) { Before = new(8, 6) },
        new(
            "Times go on",
            new("^xinfo (consumers|stream .* full)", RegexOptions.IgnoreCase),
            new(@"(?<=(idle|inactive|seen-time|active-time)\r\n):\d+\r\n|(?<=[-]\d+\r\n(\$\d+\r\n[^\r]*\r\n)?):\d{13}\r\n")),
    ];

    /// <summary>The version of the server from which on there is a difference. Default: any.</summary>
    public Version? Since { get; init; }

    /// <summary>The version of the server from which on there is none. Default: there is one in each.</summary>
    public Version? Before { get; init; }

    /// <summary>What is left to compare.</summary>
    public string Apply(Version server, string command, string reply) =>
        (Since is null || server >= Since) && (Before is null || server < Before) && Of.IsMatch(command) ? LeftOut.Replace(reply, "") : reply;
}
