using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>Reads that wait, and the connections they wait on.</summary>
public sealed class WaitingTests(RedisServer server) : EngineTest(server)
{
    [Fact]
    public async Task Reads_beyond_the_connections_wait_for_the_doorbell_together()
    {
        using var engine = RedisStreamEngine.Connect(Configuration, new() { MaxBlockingConnections = 2 });
        var streams = await CreateStreamsAsync(engine, 6);
        Task<EntryBatch>[] reads = [.. streams.Select(stream => engine.ReadGroupAsync(ReadFor(stream, "a")).AsTask())];
        await UntilAsync(async () => (await AllBlockedAsync()).Count == 3);

        foreach (var stream in streams.Reverse())
            await engine.AppendAsync(stream, Entry("1-0"));

        foreach (var read in reads)
            Assert.Equal(1, (await read.WaitAsync(Patience, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task The_doorbell_misses_nothing()
    {
        const int Rounds = 100;
        using var engine = RedisStreamEngine.Connect(Configuration, new() { MaxBlockingConnections = 1 });
        var streams = await CreateStreamsAsync(engine, 8);
        var begun = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(streams.Select(async stream =>
        {
            // Of two groups each is told.
            await engine.CreateGroupAsync(stream, "other", GroupPosition.Beginning);
            for (var round = 1; round <= Rounds; round++)
            {
                Task<EntryBatch>[] reads = [ReadOneAsync(stream, Group), ReadOneAsync(stream, "other")];
                await engine.AppendAsync(stream, Entry($"{round}-0"));
                foreach (var read in reads)
                    Assert.Equal(new StreamEntryId((ulong)round, 0), (await read.WaitAsync(Patience, TestContext.Current.CancellationToken)).Entries[0].Id);
            }
        }));
        // Far less than it takes until one looks by itself, even once.
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(20));

        Task<EntryBatch> ReadOneAsync(StreamName stream, StreamName group) => engine.ReadGroupAsync(ReadFor(stream, "a") with { Group = group }).AsTask();
    }

    [Fact]
    public async Task The_doorbell_works_for_a_user_who_may_not_end_reads()
    {
        using var engine = await ConnectAsync(PermissionTests.Least, new() { MaxBlockingConnections = 1 });
        var streams = await CreateStreamsAsync(engine, 4);
        foreach (var round in (string[])["1-0", "2-0"])
        {
            Task<EntryBatch>[] reads = [.. streams.Select(stream => engine.ReadGroupAsync(ReadFor(stream, "a")).AsTask())];
            await UntilAsync(async () => (await AllBlockedAsync()).Count == 2);
            foreach (var stream in streams)
                await engine.AppendAsync(stream, Entry(round));
            foreach (var read in reads)
                Assert.Equal(1, (await read.WaitAsync(Patience, TestContext.Current.CancellationToken)).Count);
        }
    }

    [Fact]
    public async Task Who_waits_for_the_doorbell_fails_with_its_connection_and_can_wait_again()
    {
        using var engine = RedisStreamEngine.Connect(Configuration, new() { MaxBlockingConnections = 1 });
        var streams = await CreateStreamsAsync(engine, 2);
        var first = engine.ReadGroupAsync(ReadFor(streams[0], "a")).AsTask();
        var own = await BlockedAsync();
        var read = engine.ReadGroupAsync(ReadFor(streams[1], "a")).AsTask();
        await UntilAsync(async () => (await AllBlockedAsync()).Count == 2);
        await Client.ExecuteAsync("CLIENT", "KILL", "ID", (await AllBlockedAsync()).Single(client => client.Id != own.Id).Id);
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => read);
        // What waits for the doorbell is delivered nothing.
        Assert.Equal((StreamErrorCode.Unavailable, false), (thrown.Code, thrown.MayHaveTakenEffect));

        read = engine.ReadGroupAsync(ReadFor(streams[1], "a")).AsTask();
        foreach (var stream in streams)
            await engine.AppendAsync(stream, Entry("1-0"));
        foreach (var served in (Task<EntryBatch>[])[first, read])
            Assert.Equal(1, (await served.WaitAsync(Patience, TestContext.Current.CancellationToken)).Count);
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
        Assert.Equal(1, (await read.WaitAsync(Patience, TestContext.Current.CancellationToken)).Count);
    }

    private async Task<StreamName[]> CreateStreamsAsync(RedisStreamEngine engine, int count)
    {
        StreamName[] streams = [.. Enumerable.Range(0, count).Select(number => new StreamName($"{Stream}{number}"))];
        foreach (var stream in streams)
            await engine.CreateGroupAsync(stream, Group, GroupPosition.Beginning, createStream: true);
        return streams;
    }
}
