using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>A read that waits for entries.</summary>
public sealed class BlockedRead(EngineFixture fixture, ValueTask<EntryBatch> read)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>Fails unless the read goes on waiting.</summary>
    public async Task WaitsAsync()
    {
        await fixture.QuietAsync();
        Assert.False(read.IsCompleted, "The read ended where it should wait on.");
    }

    /// <summary>The reply; fails when there is none in time.</summary>
    public Task<EntryBatch> ReplyAsync() => read.AsTask().WaitAsync(Deadline);

    /// <summary>The reply as text.</summary>
    public async Task<string> ServedAsync() => (await ReplyAsync()).ToText();
}
