using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>
/// SCAN. Keys are listed by a hash of their names, and the cursor is the hash to go on from: so nothing is kept between calls, and a key that is there all the time is listed once.
/// </summary>
internal static class Scan
{
    private const int DefaultCount = 10;

    private const int HashBits = 53;

    public static async ValueTask AnswerAsync(Session session, Request request)
    {
        var cursor = request.Cursor(1);
        var (pattern, type, count) = Parse(request);
        var keys = (await session.Keys.ListAsync(session.Database))
            .Select(static key => (Hash: HashOf(key), Key: key))
            .Where(key => key.Hash >= cursor)
            .OrderBy(static key => key.Hash)
            .ToList();
        var end = (int)Math.Min(count, keys.Count);
        // Those of one hash come together.
        while (end > 0 && end < keys.Count && keys[end].Hash == keys[end - 1].Hash)
            end++;
        var listed = keys[..end].Where(key => pattern is null || pattern.Matches(Database.KeyOf(key.Key)))
            .Where(key => type is null || type.Equals(session.Keys.TypeOf(key.Key), StringComparison.OrdinalIgnoreCase))
            .ToList();
        session.Reply.Array(2);
        session.Reply.Bulk((end < keys.Count ? keys[end].Hash : 0).ToString(CultureInfo.InvariantCulture));
        session.Reply.Array(listed.Count);
        foreach (var (_, key) in listed)
            session.Reply.Bulk(Database.KeyOf(key));
    }

    private static (KeyPattern? Pattern, string? Type, long Count) Parse(Request request)
    {
        var (pattern, type, count) = (default(KeyPattern?), default(string?), (long)DefaultCount);
        for (var i = 2; i < request.Count; i += 2)
        {
            if (i + 1 == request.Count)
                throw CommandException.Syntax();
            if (request.Is(i, "COUNT"u8))
                count = request.Number(i + 1) is >= 1 and var given ? given : throw CommandException.Syntax();
            else if (request.Is(i, "MATCH"u8))
                pattern = KeyPattern.Of(request[i + 1]);
            else if (request.Is(i, "TYPE"u8))
                type = CommandException.Repeat(request[i + 1]);
            else
                throw CommandException.Syntax();
        }
        return (pattern, type, count);
    }

    // FNV-1a, of 53 bits, which clients that have numbers of floating point keep whole. 0 is where a scan begins and ends, so none is.
    private static ulong HashOf(StreamName key)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in key.Bytes)
            hash = (hash ^ letter) * 1099511628211UL;
        return Math.Max(hash >> (64 - HashBits), 1);
    }
}
