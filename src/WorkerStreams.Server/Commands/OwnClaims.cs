using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>WS.CLAIM, WS.AUTOCLAIM and WS.HISTORY: what XCLAIM, XAUTOCLAIM and XREADGROUP do, and how often the entries were delivered before; with RETRYCOUNT, that count less 1.</summary>
internal static class OwnClaims
{
    public static IReadOnlyList<Command> All { get; } =
    [
        OwnCommands.Of("ws.claim", "Makes pending entries a consumer's own, and tells how often they were delivered.", ClaimAsync, leastArguments: 7, mostKeys: 2),
        OwnCommands.Of("ws.autoclaim", "Makes pending entries that are idle long enough a consumer's own, and tells how often they were delivered.", AutoClaimAsync, leastArguments: 5),
        OwnCommands.Of("ws.history", "Reads what is pending for a consumer, and tells how often it was delivered.", HistoryAsync, leastArguments: 4, mostKeys: int.MaxValue),
    ];

    private static async ValueTask ClaimAsync(Session session, OwnWords words)
    {
        const int Consumer = 1, Holder = 2, MinIdle = 3, Ids = 4, HasOwner = 5, Owner = 6, FirstOption = 7;
        if (!words.Is(HasOwner, "0"u8) && !words.Is(HasOwner, "1"u8))
            throw CommandException.Syntax();
        var command = Begin("XCLAIM"u8, words).Add(words[Consumer]).Add(words[MinIdle]);
        foreach (var id in IdsOf(words, Ids))
            command.Add(Encoding.ASCII.GetBytes(id.ToString()));
        var claim = await ClaimCommands.ParseAsync(session, Append(command, words, FirstOption, words.Count).Build());
        using var batch = await session.Engine.ClaimAsync(claim with
        {
            Holder = words.Keys > 1 ? words.Name(Holder) : default,
            ExpectedOwner = words.Is(HasOwner, "1"u8) ? words.Name(Owner) : default(StreamName?),
        });
        session.Reply.Array(2);
        if (claim.JustIds)
            await session.IdsAsync(batch);
        else
            await session.EntriesAsync(batch);
        await session.DeliveriesBeforeAsync(batch, 0, batch.Count, isDelivery: !claim.JustIds);
    }

    private static async ValueTask AutoClaimAsync(Session session, OwnWords words)
    {
        const int Consumer = 1, MinIdle = 2, Start = 3, FirstOption = 5;
        var command = Begin("XAUTOCLAIM"u8, words).Add(words[Consumer]).Add(words[MinIdle]).Add(words[Start]);
        var claim = ClaimCommands.ParseAuto(session, Append(command, words, FirstOption, words.Count).Build());
        using var result = await session.Engine.AutoClaimAsync(claim);
        session.Reply.Array(2);
        await ClaimCommands.AnswerAsync(session, claim, result);
        await session.DeliveriesBeforeAsync(result.Entries, 0, result.Entries.Count, isDelivery: !claim.JustIds);
    }

    private static async ValueTask HistoryAsync(Session session, OwnWords words)
    {
        var read = await ReadCommands.ParseAsync(session, ReadOf(words), isGroup: true) with { Block = null };
        using var batch = await session.ReadAsync(read);
        session.Reply.Array(2);
        // A script knows no maps.
        await ReadCommands.AnswerAsync(session, batch, read, asMap: false);
        session.Reply.Array(read.Streams.Count);
        for (var (i, place, first) = (0, 0, 0); i < read.Streams.Count; i++)
        {
            // Streams with nothing are left out.
            var isThere = place < batch.StreamCount && batch.GetStream(place) == read.Streams[i].Stream;
            var count = isThere ? batch.GetEntries(place++).Length : 0;
            var isHistory = read.Streams[i].Position.Kind == ReadPositionKind.After;
            await session.DeliveriesBeforeAsync(batch, first, isHistory ? count : 0, isDelivery: true);
            first += count;
        }
    }

    // XREADGROUP GROUP group consumer option... STREAMS key... position...
    private static Request ReadOf(OwnWords words)
    {
        const int Group = 0, Consumer = 1, Options = 3, FirstOption = 4;
        var options = words.Number(Options);
        if (options < 0 || options != words.Count - FirstOption - words.Keys)
            throw CommandException.Syntax();
        var command = new RequestBuilder().Add("XREADGROUP"u8).Add("GROUP"u8).Add(words[Group]).Add(words[Consumer]);
        var firstPosition = FirstOption + (int)options;
        Append(command, words, FirstOption, firstPosition).Add("STREAMS"u8);
        for (var key = 0; key < words.Keys; key++)
            command.Add(words.KeyBytes(key));
        return Append(command, words, firstPosition, words.Count).Build();
    }

    private static List<StreamEntryId> IdsOf(OwnWords words, int argument)
    {
        var ids = new List<StreamEntryId>();
        words.AddIds(argument, ids);
        return ids;
    }

    // The command, the stream and the group.
    private static RequestBuilder Begin(ReadOnlySpan<byte> command, OwnWords words) => new RequestBuilder().Add(command).Add(words.KeyBytes(0)).Add(words[0]);

    private static RequestBuilder Append(RequestBuilder command, OwnWords words, int first, int end)
    {
        for (var i = first; i < end; i++)
            command.Add(words[i]);
        return command;
    }
}
