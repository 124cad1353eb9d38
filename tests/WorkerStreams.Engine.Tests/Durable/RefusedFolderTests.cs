using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>A folder that is refused is left as it is, though a start would have had much to put in order in it.</summary>
public sealed class RefusedFolderTests
{
    private const string Incomplete = "checkpoint-00000000000000000099.tmp", Untold = "chunks-000000000009";

    private static readonly StreamName Orders = "orders";

    [Fact]
    public async Task A_newer_version_of_whatever_file()
    {
        var folder = await MakeAsync();
        var names = folder.List().Where(static name => !name.EndsWith(FileNames.Temporary, StringComparison.Ordinal)).ToList();
        Assert.All(
            ["segment-", "checkpoint-", "chunks-", "ids"],
            kind => Assert.InRange(names.Count(name => name.StartsWith(kind, StringComparison.Ordinal)), kind == "ids" ? 1 : 2, 20));
        foreach (var name in names)
        {
            var newer = folder.Kill();
            newer[name][8]++;
            var before = BytesOf(newer);
            var why = $"'{name}' has version 2 of the journal's format; this library reads up to 1";
            Assert.Contains(why, Assert.ThrowsAny<IOException>(() => Open(newer)).Message, StringComparison.Ordinal);
            Assert.Equal(before, BytesOf(newer));
            Assert.Contains(why, Assert.ThrowsAny<IOException>(() => InProcessStreamEngine.Repair(newer, OpenJournal.OptionsFor(FlushPolicy.Always))).Message, StringComparison.Ordinal);
            Assert.Equal(before, BytesOf(newer));
        }
    }

    [Theory]
    [InlineData("ids", 40)]
    [InlineData("chunks-000000000001", 40)]
    [InlineData(null, 40)]
    [InlineData(null, FileHeader.Bytes + 20)]
    public async Task Damage(string? file, int at)
    {
        var folder = await MakeAsync();
        var name = file ?? WhereReplayBegins(folder);
        folder[name][at] ^= 1;
        var before = BytesOf(folder);
        Assert.Contains($"'{name}' at byte", Assert.ThrowsAny<IOException>(() => Open(folder)).Message, StringComparison.Ordinal);
        Assert.Equal(before, BytesOf(folder));
    }

    [Fact]
    public async Task What_is_not_refused_is_put_in_order()
    {
        var folder = await MakeAsync();
        List<JournalEvent> told = [];
        Open(folder, told.Add).Dispose();
        Assert.Equal(JournalEventKind.TornTailCut, Assert.Single(told).Kind);
        var names = folder.List();
        Assert.DoesNotContain(Incomplete, names);
        Assert.DoesNotContain(Untold, names);
        Assert.Single(FileNames.Checkpoints(names));
    }

    // As a process leaves it that is killed in the midst of much.
    private static async Task<MemoryFolder> MakeAsync()
    {
        var folder = new MemoryFolder();
        using var engine = Open(folder, out var journal);
        for (var checkpoint = 0; checkpoint < 3; checkpoint++)
        {
            for (var i = 0; i < 20; i++)
                await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("number", new string('1', 200)))));
            if (checkpoint == 1)
            {
                folder.Before = static (call, _) =>
                {
                    if (call == "delete")
                        throw new IOException("cannot");
                };
            }
            if (checkpoint < 2)
                StoredOrders.WriteCheckpoint(engine, journal);
        }
        await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("number", "the last order"))));
        var killed = folder.Kill();
        killed[Incomplete] = [1, 2, 3];
        killed[Untold] = [.. killed["chunks-000000000001"]];
        var last = FileNames.Segments(killed.List()).ConvertAll(number => killed[FileNames.Segment(number)]).Single(static bytes => bytes.AsSpan().IndexOf("the last order"u8) > 0);
        last[last.AsSpan().IndexOf("the last order"u8)]++;
        return killed;
    }

    private static string WhereReplayBegins(MemoryFolder folder)
    {
        using var checkpoint = folder.Open(FileNames.Checkpoint(FileNames.Checkpoints(folder.List())[^1]));
        Assert.True(FileHeader.TryRead(checkpoint, CheckpointFile.Magic, out var header));
        return FileNames.Segment(header.Variant);
    }

    private static Dictionary<string, byte[]> BytesOf(MemoryFolder folder) => folder.List().ToDictionary(static name => name, name => folder[name].ToArray());

    private static InProcessStreamEngine Open(MemoryFolder folder, Action<JournalEvent>? log = null) => Open(folder, out _, log);

    private static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal, Action<JournalEvent>? log = null)
    {
        var time = new FakeTimeProvider();
        return OpenEngine.On(folder, new() { NodeMaxEntries = 3, TimeProvider = time }, OpenJournal.OptionsFor(FlushPolicy.EverySecond) with { TimeProvider = time, Log = log }, out journal);
    }
}
