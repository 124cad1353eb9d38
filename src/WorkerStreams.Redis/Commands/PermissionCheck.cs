using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;

namespace WorkerStreams.Redis.Commands;

/// <summary>
/// Asks whether the user may do what a host needs, by commands that change nothing: they name an id that is none, which the server finds out after it has looked
/// whether they are allowed.
/// </summary>
internal static class PermissionCheck
{
    private const string NoId = "x", NoScript = "0000000000000000000000000000000000000000";

    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.Unavailable"/>: something is not allowed; all of it is named.</exception>
    public static async ValueTask RunAsync(
        RedisConnection connection,
        string user,
        bool waits,
        IEnumerable<(StreamName Stream, StreamName Group)> consumed,
        IEnumerable<StreamName> published,
        CancellationToken cancellation)
    {
        var asked = consumed.SelectMany(group => Consuming(group.Stream, group.Group)).Concat(published.SelectMany(stream => waits ? [.. Publishing(stream), .. Waiting(stream)] : Publishing(stream)))
            .Select(use => (use.Command, use.Stream, Denial: FindDenialAsync(connection, use.Command, use.Words, cancellation)))
            .ToList();
        List<(string Command, StreamName Stream, string Text)> denied = [];
        foreach (var (command, stream, denial) in asked)
        {
            if (await denial is { } text)
                denied.Add((command, stream, text));
        }
        if (denied.Count > 0)
            throw new StreamEngineException(StreamErrorCode.Unavailable, Explain(user, denied));
    }

    private static IEnumerable<(string Command, StreamName Stream, Arguments Words)> Consuming(StreamName stream, StreamName group) =>
    [
        ("XREADGROUP", stream, new Arguments().Text("GROUP").Name(group).Text(NoId).Text("STREAMS").Key(stream).Text(NoId)),
        ("XGROUP", stream, new Arguments().Text("CREATE").Key(stream).Name(group).Text(NoId)),
        ("XINFO", stream, new Arguments().Text("GROUPS").Key(stream)),
        ("XPENDING", stream, new Arguments().Key(stream).Name(group)),
        ("XRANGE", stream, new Arguments().Key(stream).Text(NoId).Text(NoId)),
        ("XCLAIM", stream, new Arguments().Key(stream).Name(group).Text(NoId).Number(0).Text(NoId)),
        ("XAUTOCLAIM", stream, new Arguments().Key(stream).Name(group).Text(NoId).Number(0).Text(NoId)),
        // The doorbell's.
        Reading(stream),
        ("XREVRANGE", stream, new Arguments().Key(stream).Text(NoId).Text(NoId)),
        ("XACK", stream, new Arguments().Key(stream).Name(group).Text(NoId)),
        .. Appending(stream.Companion("dead")),
        .. Telling(stream.Companion("handed-back")),
        .. Holding(NameCommands.HoldersOf(stream)),
    ];

    private static IEnumerable<(string Command, StreamName Stream, Arguments Words)> Telling(StreamName stream) =>
        [("XADD", stream, new Arguments().Key(stream).Text(NoId).Text("f").Text("v")), Reading(stream)];

    // What the scripts about names use, with one word too many or a number that is none.
    private static IEnumerable<(string Command, StreamName Stream, Arguments Words)> Holding(StreamName holders) =>
    [
        ("HGET", holders, new Arguments().Key(holders).Text(NoId)),
        ("HGETALL", holders, new Arguments().Key(holders)),
        ("HSET", holders, new Arguments().Key(holders).Text(NoId).Text(NoId).Text(NoId)),
        ("HDEL", holders, new Arguments().Key(holders).Text(NoId)),
        ("TIME", holders, new Arguments()),
        ("EVALSHA", holders, new Arguments().Text(NoScript).Number(1).Key(holders)),
    ];

    private static (string Command, StreamName Stream, Arguments Words) Reading(StreamName stream) =>
        ("XREAD", stream, new Arguments().Text("STREAMS").Key(stream).Text(NoId));

    private static IEnumerable<(string Command, StreamName Stream, Arguments Words)> Publishing(StreamName stream) =>
        [.. Appending(stream), ("XTRIM", stream, new Arguments().Key(stream).Text("MAXLEN").Text(NoId))];

    private static IEnumerable<(string Command, StreamName Stream, Arguments Words)> Appending(StreamName stream) =>
    [
        ("XADD", stream, new Arguments().Key(stream).Text(NoId).Text("f").Text("v")),
        ("EVALSHA", stream, new Arguments().Text(NoScript).Number(1).Key(stream)),
        ("EVAL", stream, new Arguments().Text("return 0").Number(1).Key(stream)),
    ];

    // For no replica, which takes no time.
    private static IEnumerable<(string Command, StreamName Stream, Arguments Words)> Waiting(StreamName stream) =>
    [
        ("WAIT", stream, new Arguments().Number(0).Number(0)),
        ("CLIENT", stream, new Arguments().Text("INFO")),
    ];

    private static async Task<string?> FindDenialAsync(RedisConnection connection, string command, Arguments words, CancellationToken cancellation)
    {
        try
        {
            await connection.SendAsync(command, words, cancellation);
        }
        catch (StreamEngineException error)
        {
            // Another error is an answer as good as none; what is lost is found again by whoever needs it.
            return error.Message.StartsWith("NOPERM", StringComparison.Ordinal) ? error.Message : null;
        }
        return null;
    }

    private static string Explain(string user, List<(string Command, StreamName Stream, string Text)> denied)
    {
        var uses = denied.GroupBy(denial => denial.Stream.ToString(), denial => denial.Command).Select(same => $"{string.Join(", ", same.Distinct())} on {same.Key}");
        // Of the two that may be missing the server names the command first.
        var rules = denied.Select(denial => denial.Text.Contains(" key", StringComparison.Ordinal) ? $"~{denial.Stream}" : $"+{denial.Command.ToLowerInvariant()}").Distinct();
        return $"ERR The user {user} may not use {string.Join(", nor ", uses)}. Allow it at the server: ACL SETUSER {user} {string.Join(' ', rules)}";
    }
}
