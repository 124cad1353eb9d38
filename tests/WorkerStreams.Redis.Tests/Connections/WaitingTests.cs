using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>Reads that wait, and the connections they wait on.</summary>
public sealed class WaitingTests(RedisServer server) : EngineTest(server)
{
    [Fact]
    public async Task More_reads_than_connections_take_turns_and_all_are_served()
    {
        using var engine = RedisStreamEngine.Connect(Configuration, new() { MaxBlockingConnections = 2 });
        StreamName[] streams = [.. Enumerable.Range(0, 6).Select(number => new StreamName($"{Stream}{number}"))];
        foreach (var stream in streams)
            await engine.CreateGroupAsync(stream, Group, GroupPosition.Beginning, createStream: true);
        Task<EntryBatch>[] reads = [.. streams.Select(stream => engine.ReadGroupAsync(ReadFor(stream, "a")).AsTask())];

        foreach (var stream in streams.Reverse())
            await engine.AppendAsync(stream, Entry("1-0"));

        foreach (var read in reads)
            Assert.Equal(1, (await read.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Without_a_connection_in_time_a_read_ends_with_nothing()
    {
        using var engine = RedisStreamEngine.Connect(Configuration, new() { MaxBlockingConnections = 1 });
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        using var source = new CancellationTokenSource();
        var first = engine.ReadGroupAsync(ReadFor(Stream, "a"), source.Token);
        await BlockedAsync();
        Assert.Equal(0, (await engine.ReadGroupAsync(ReadFor(Stream, "b") with { Block = TimeSpan.FromMilliseconds(20) })).Count);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first);
    }

    [Fact]
    public async Task A_read_that_waits_fails_when_the_engine_is_closed()
    {
        var engine = RedisStreamEngine.Connect(Configuration);
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var read = engine.ReadGroupAsync(ReadFor(Stream, "a"));
        await BlockedAsync();
        engine.Dispose();
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(async () => await read);
        Assert.Equal(StreamErrorCode.Unavailable, thrown.Code);
        thrown = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.GetLengthAsync(Stream));
        Assert.Equal(StreamErrorCode.Unavailable, thrown.Code);
    }

    [Fact]
    public async Task A_read_whose_connection_is_cut_fails_and_the_next_one_waits_again()
    {
        using var engine = RedisStreamEngine.Connect(Configuration);
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var read = engine.ReadGroupAsync(ReadFor(Stream, "a")).AsTask();
        await Client.ExecuteAsync("CLIENT", "KILL", "ID", (await BlockedAsync()).Id);
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => read);
        Assert.Equal((StreamErrorCode.Unavailable, true), (thrown.Code, thrown.MayHaveTakenEffect));
        read = engine.ReadGroupAsync(ReadFor(Stream, "a")).AsTask();
        await engine.AppendAsync(Stream, Entry("1-0"));
        Assert.Equal(1, (await read.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Count);
    }
}
