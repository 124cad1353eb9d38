using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>What the system's clock has to do with the ids of new entries.</summary>
public sealed class EntryClockTests : IDisposable
{
    private static readonly StreamName Stream = "s";

    private static readonly AppendEntry Entry = new(EntryFields.Of(("a", "1")));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("clock-");

    [Fact]
    public Task In_a_folder_an_entry_is_not_older_than_the_call() => AreNotOlderThanCallsAsync(_folder.FullName, static async engine => (await engine.AppendAsync(Stream, Entry))!.Value);

    [Fact]
    public Task Many_at_once_are_not_older_than_the_call() => AreNotOlderThanCallsAsync(null, static async engine =>
    {
        var results = new AppendResult[2];
        await engine.AppendAsync(Stream, new[] { Entry, Entry }, results);
        return results[0].Id;
    });

    [Fact]
    public Task An_entry_to_be_appended_once_is_not_older_than_the_call()
    {
        var number = 0;
        return AreNotOlderThanCallsAsync(null, async engine => (await engine.AppendOnceAsync(Stream, Entry, IdempotencyKey.Of("p", $"{number++}")))!.Value);
    }

    [Fact]
    public async Task An_entry_alone_in_memory_is_older_than_the_call_by_a_tick_at_most()
    {
        using var engine = new InProcessStreamEngine();
        for (var i = 0; i < 1000; i++)
        {
            var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            Assert.InRange((await engine.AppendAsync(Stream, Entry))!.Value.Milliseconds, (ulong)before - 17, ulong.MaxValue);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // So many that the kernel's coarse clock is behind at some.
    private static async Task AreNotOlderThanCallsAsync(string? folder, Func<InProcessStreamEngine, Task<StreamEntryId>> append)
    {
        using var engine = new InProcessStreamEngine(new() { DataDirectory = folder });
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromMilliseconds(100))
        {
            var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            Assert.InRange((await append(engine)).Milliseconds, (ulong)before, ulong.MaxValue);
        }
    }
}
