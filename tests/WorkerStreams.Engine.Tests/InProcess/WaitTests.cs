using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>Reads that wait for many streams, or for one more than once.</summary>
public sealed class WaitTests
{
    private static readonly StreamName Orders = "orders";

    [Fact]
    public async Task A_stream_that_is_named_twice_is_served_twice_and_once()
    {
        using var engine = new InProcessStreamEngine();
        var read = engine.ReadAsync(new() { Streams = [new(Orders, ReadPosition.End), new("other", ReadPosition.End), new(Orders, ReadPosition.End)], Block = TimeSpan.Zero }).AsTask();
        await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v"))));
        using (var served = await read)
            Assert.Equal((2, 2), (served.StreamCount, served.Count));
        await engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v"))));
    }

    [Fact]
    public async Task Too_many_are_refused()
    {
        using var engine = new InProcessStreamEngine();
        ReadRequest Read(int streams) => new() { Streams = [.. Enumerable.Repeat(new StreamPosition(Orders, ReadPosition.End), streams)], Block = TimeSpan.FromMilliseconds(1) };
        (await engine.ReadAsync(Read(10_000))).Dispose();
        var refused = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.ReadAsync(Read(10_001)));
        Assert.Equal("ERR a read that waits is of 10001 streams; at most 10000 are allowed", refused.Message);
        (await engine.ReadAsync(Read(10_001) with { Block = null })).Dispose();
    }
}
