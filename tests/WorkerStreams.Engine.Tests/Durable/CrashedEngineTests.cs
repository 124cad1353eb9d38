using System.Text;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>
/// The power fails at every call of the file system that an engine's work makes, checkpoints and the files of chunks among it. What is there afterwards is what the calls that had returned
/// have made, with or without the one that was under way.
/// </summary>
public sealed class CrashedEngineTests
{
    private const int Steps = 60;

    private static readonly StreamName Orders = "orders";
    private static readonly StreamName Group = "g";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_had_returned_is_there(int seed)
    {
        List<string> states = [];
        using (var whole = new InProcessStreamEngine())
        {
            states.Add(await DescribeAsync(whole));
            await WorkAsync(new Random(seed), () => whole, static () => { }, async () => states.Add(await DescribeAsync(whole)));
        }
        var (cut, sawChunks) = (0, false);
        for (var isOver = false; !isOver; cut++)
        {
            var folder = new MemoryFolder();
            var (returned, isCut) = await LiveAsync(folder, seed, cut);
            isOver = !isCut;
            var chance = new Random((seed * 10_000) + cut);
            folder = chance.Next(4) == 0 ? folder.Kill() : folder.Crash(chance);
            sawChunks |= FileNames.ChunkFiles(folder.List()).Count > 0;
            using var again = Open(folder, out _);
            var found = await DescribeAsync(again);
            var expected = states.Skip(returned).Take(2).ToList();
            Assert.True(expected.Contains(found), $"seed {seed}, cut {cut}, {returned} calls had returned:\n{string.Join("\nor\n", expected)}\nwas expected and this found:\n{found}");
            // What is found goes on.
            await again.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("more", "1"))));
        }
        Assert.True(sawChunks);
        Assert.True(cut > 100, $"{cut} calls");
    }

    private static async Task<(int Returned, bool IsCut)> LiveAsync(MemoryFolder folder, int seed, int cut)
    {
        var (calls, returned, isCut) = (0, 0, false);
        folder.Before = (call, name) =>
        {
            if (Interlocked.Increment(ref calls) > cut)
            {
                isCut = true;
                throw new IOException($"cut at {call} of {name}");
            }
        };
        InProcessStreamEngine? engine = null;
        FileJournal? journal = null;
        try
        {
            await WorkAsync(
                new Random(seed),
                () =>
                {
                    engine?.Dispose();
                    return engine = Open(folder, out journal);
                },
                () => journal!.WriteCheckpoint(journal.LastSequence, engine!.GetCheckpoint(partBytes: 64).GetParts()),
                () =>
                {
                    returned++;
                    return Task.CompletedTask;
                });
        }
        catch (Exception failure) when (isCut && failure is IOException or StreamEngineException)
        {
        }
        engine?.Dispose();
        folder.Before = null;
        return (returned, isCut);
    }

    private static async Task WorkAsync(Random random, Func<InProcessStreamEngine> open, Action writeCheckpoint, Func<Task> whenReturned)
    {
        var engine = open();
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        await whenReturned();
        List<StreamEntryId> appended = [];
        for (var i = 1; i <= Steps; i++)
        {
            switch (random.Next(8))
            {
                case 0:
                    var read = new ReadGroupRequest { Group = Group, Consumer = "alice", Count = 3, Streams = [new(Orders, ReadPosition.Undelivered)] };
                    (await engine.ReadGroupAsync(read)).Dispose();
                    break;
                case 1:
                    await engine.DeleteAsync(Orders, new[] { Any() });
                    break;
                case 2:
                    await engine.AcknowledgeAsync(Orders, Group, new[] { Any() });
                    break;
                case 3:
                    await engine.TrimAsync(Orders, random.Next(2) == 0 ? StreamTrim.MinId(Any()) : StreamTrim.MaxLength(15));
                    break;
                default:
                    appended.Add(new((ulong)i, 0));
                    await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("number", new string('x', i))), NewEntryId.Explicit(appended[^1])));
                    break;
            }
            await whenReturned();
            if (i % 8 == 0)
                writeCheckpoint();
            // The next file of chunks begins.
            if (i % 20 == 0)
                engine = open();
        }

        StreamEntryId Any() => appended.Count == 0 ? new(1, 0) : appended[random.Next(appended.Count)];
    }

    private static async Task<string> DescribeAsync(InProcessStreamEngine engine)
    {
        if (await engine.GetLengthAsync(Orders) == 0 && (await TryInfoAsync(engine)) is null)
            return "nothing";
        var text = new StringBuilder();
        using (var entries = await engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max))
        {
            foreach (var entry in entries.Entries)
                text.Append(entry.Id).Append('=').Append(entry.Fields.EncodedLength).Append(' ');
        }
        var info = await engine.GetStreamInfoAsync(Orders);
        text.Append($"| {info.LastGeneratedId} {info.EntriesAdded} {info.MaxDeletedEntryId} ");
        foreach (var group in await engine.GetGroupsAsync(Orders))
        {
            text.Append($"| {group.LastDeliveredId} ");
            foreach (var pending in await engine.GetPendingAsync(new() { Stream = Orders, Group = group.Name, Count = 100 }))
                text.Append($"{pending.Id}:{pending.Consumer}:{pending.DeliveryCount} ");
        }
        return text.ToString();
    }

    private static async Task<StreamInfo?> TryInfoAsync(InProcessStreamEngine engine)
    {
        try
        {
            return await engine.GetStreamInfoAsync(Orders);
        }
        catch (StreamEngineException missing) when (missing.Code == StreamErrorCode.NoStream)
        {
            return null;
        }
    }

    private static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal) =>
        OpenEngine.On(folder, new() { NodeMaxEntries = 3 }, OpenJournal.OptionsFor(FlushPolicy.Always), out journal);
}
