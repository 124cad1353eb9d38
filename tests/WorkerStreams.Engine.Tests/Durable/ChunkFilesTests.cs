using WorkerStreams.Engine.Tests.Journal;
using Xunit;
using static WorkerStreams.Engine.Tests.Durable.StoredOrders;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Files of chunks on a disk that fails now and then.</summary>
public sealed class ChunkFilesTests
{
    [Fact]
    public async Task One_that_cannot_be_begun_leaves_nothing_behind()
    {
        var folder = new MemoryFolder();
        using var engine = Open(folder, out var journal);
        for (var i = 1; i <= Entries; i++)
            await AppendAsync(engine, i);
        folder.Before = Failing("write", TheFile);
        Assert.Throws<IOException>(() => WriteCheckpoint(engine, journal));
        Assert.DoesNotContain(TheFile, folder.List());
    }

    [Fact]
    public async Task One_that_cannot_be_deleted_goes_later_and_keeps_nothing_else()
    {
        var folder = await MakeAsync();
        using var engine = Open(folder, out var journal);
        // More than the log's first segment.
        for (var i = Entries + 1; i <= 100; i++)
            await AppendAsync(engine, i);
        await engine.TrimAsync(Orders, StreamTrim.MaxLength(1));
        folder.Before = Failing("delete", TheFile);
        WriteCheckpoint(engine, journal);
        Assert.Contains(TheFile, folder.List());
        // That of the log's first segment goes on.
        for (var i = 101; i <= 200; i++)
            await AppendAsync(engine, i);
        await Eventually.HoldsAsync(() => !folder.List().Contains("segment-000000000001"));

        folder.Before = null;
        WriteCheckpoint(engine, journal);
        Assert.DoesNotContain(TheFile, folder.List());
    }

    private static Action<string, string> Failing(string failing, string file) => (call, name) =>
    {
        if (call == failing && name == file)
            throw new IOException("Input/output error");
    };
}
