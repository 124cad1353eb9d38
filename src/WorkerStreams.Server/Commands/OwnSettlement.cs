using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>WS.SETTLE.</summary>
internal static class OwnSettlement
{
    private const int Group = 0, Owner = 1, Holder = 2, Number = 5, FirstRun = 6;

    public static IReadOnlyList<Command> All { get; } =
        [OwnCommands.Of("ws.settle", "Settles entries, each only if it is still its owner's.", SettleAsync, leastArguments: FirstRun, mostKeys: 3)];

    private static async ValueTask SettleAsync(Session session, OwnWords words)
    {
        var settle = Parse(words);
        var outcomes = new SettlementOutcome[settle.Settlements.Length];
        await session.Engine.SettleAsync(settle, outcomes);
        session.Reply.Bulk(Array.ConvertAll(outcomes, static outcome => (byte)('0' + (int)outcome)));
    }

    private static SettleRequest Parse(OwnWords words)
    {
        var settlements = new List<Settlement>();
        for (var i = FirstRun; i < words.Count;)
            AddRun(settlements, words, ref i);
        if (settlements.Count != words.Number(Number))
            throw new CommandException("ERR the number of ids is not as it is told");
        // The key of the holders comes before that of the dead letters.
        var withHolder = words.Name(Holder).IsEmpty ? 1 : 2;
        return new()
        {
            Stream = words.Stream(0),
            Group = words.Name(Group),
            Owner = words.Name(Owner),
            Holder = words.Name(Holder),
            Settlements = settlements.ToArray(),
            DeadLetterStream = words.Keys > withHolder ? words.Stream(words.Keys - 1) : default,
        };
    }

    private static void AddRun(List<Settlement> settlements, OwnWords words, ref int next)
    {
        var (kind, ids) = (next++, new List<StreamEntryId>());
        if (next == words.Count)
            throw CommandException.Syntax();
        words.AddIds(next++, ids);
        if (words.Is(kind, "DEAD"u8))
        {
            if (ids.Count != 1 || next == words.Count)
                throw CommandException.Syntax();
            settlements.Add(Settlement.DeadLetter(ids[0], words.Fields(ref next)));
            return;
        }
        Func<StreamEntryId, Settlement> make =
            words.Is(kind, "ACK"u8) ? Settlement.Acknowledge
            : words.Is(kind, "DELETE"u8) ? Settlement.AcknowledgeAndDelete
            : words.Is(kind, "RENEW"u8) ? Settlement.Renew
            : words.Is(kind, "RELEASE"u8) ? Settlement.Release
            : words.Is(kind, "UNSTARTED"u8) ? Settlement.ReleaseUnstarted
            : throw CommandException.Syntax();
        settlements.AddRange(ids.Select(make));
    }
}
