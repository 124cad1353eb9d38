using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

public sealed class ConnectTests(RedisServer server) : EngineTest(server)
{
    [Fact]
    public void Where_there_is_no_server_that_is_told()
    {
        var thrown = Assert.Throws<StreamEngineException>(() => RedisStreamEngine.Connect("127.0.0.1:1,connectTimeout=500,connectRetry=1"));
        Assert.Equal((StreamErrorCode.Unavailable, false), (thrown.Code, thrown.MayHaveTakenEffect));
    }

    [Fact]
    public async Task What_the_server_is_too_old_for_is_refused_and_says_so()
    {
        using var engine = RedisStreamEngine.Connect(Configuration);
        var trim = StreamTrim.MaxLength(0) with { References = EntryReferences.Delete };
        var read = new ReadGroupRequest { Group = Group, Consumer = "a", Streams = [new(Stream, ReadPosition.Undelivered)], ClaimMinIdle = TimeSpan.Zero };
        (Version Since, Func<Task> Call)[] calls =
        [
            (new(8, 2), async () => await engine.TrimAsync(Stream, trim)),
            (new(8, 2), async () => await engine.AppendAsync(Stream, Entry("*"), new() { Trim = trim })),
            (new(8, 2), async () => await engine.AppendAsync(Stream, new[] { Entry("*") }, new AppendResult[1], new() { Trim = trim })),
            (new(8, 4), async () => (await engine.ReadGroupAsync(read)).Dispose()),
            (new(8, 6), async () => await engine.AppendOnceAsync(Stream, Entry("*"), IdempotencyKey.Of("p", "1"))),
            (new(8, 6), async () => await engine.SetIdempotencyAsync(Stream, maxIds: 1)),
            (new(8, 6, 2), async () => await engine.RecordIdempotencyAsync(Stream, IdempotencyKey.Of("p", "1"), new(1, 0))),
            (new(8, 8), async () => await engine.NackAsync(new() { Stream = Stream, Group = Group, Ids = new StreamEntryId[] { new(1, 0) }, Mode = NackMode.Fail })),
        ];
        foreach (var (since, call) in calls.Where(call => Server.IsValkey || Server.Version < call.Since))
        {
            var refusal = await Assert.ThrowsAsync<StreamEngineException>(call);
            Assert.Equal((StreamErrorCode.InvalidArgument, false), (refusal.Code, refusal.MayHaveTakenEffect));
            Assert.Matches($"^ERR .* needs Redis {since} or later\\. The server .* is (Redis|Valkey) [0-9.]+\\.$", refusal.Message);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void A_setting_out_of_its_range_is_told(int connections)
    {
        var thrown = Assert.Throws<ArgumentException>(() => RedisStreamEngine.Connect(Configuration, new() { MaxBlockingConnections = connections }));
        Assert.Equal($"RedisEngineOptions: MaxBlockingConnections is '{connections}'. Allowed: a whole number from 1 to 1000.", thrown.Message);
    }

    [Fact]
    public async Task A_connection_that_the_caller_keeps_outlives_the_engine_and_need_not_allow_CLIENT()
    {
        var configuration = Configuration;
        configuration.AllowAdmin = false;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        using (var engine = RedisStreamEngine.Connect(connection))
        {
            Assert.IsAssignableFrom<OperationCanceledException>(await CancelReadAsync(engine));
            await engine.AppendAsync(Stream, Entry("1-0"));
            Assert.Equal(0, (await engine.GetPendingSummaryAsync(Stream, Group)).Count);
        }
        Assert.True(connection.IsConnected);
    }

    [Fact]
    public async Task Scripts_that_the_server_has_forgotten_are_sent_again()
    {
        using var engine = RedisStreamEngine.Connect(Configuration);
        var results = new AppendResult[2];
        await engine.AppendAsync(Stream, new[] { Entry("1-0"), Entry("2-0") }, results);
        await Client.ScriptFlushAsync();
        await engine.AppendAsync(Stream, new[] { Entry("3-0"), Entry("4-0") }, results);
        Assert.All(results, result => Assert.Equal(AppendStatus.Stored, result.Status));
        Assert.Equal(4, await engine.GetLengthAsync(Stream));
    }
}
