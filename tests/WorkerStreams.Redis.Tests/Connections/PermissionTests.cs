using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>A user who may do little.</summary>
public sealed class PermissionTests(RedisServer server) : EngineTest(server)
{
    /// <summary>What is enough, with a name by which tests know their connections.</summary>
    internal const string Least = "-@all +@stream +eval +evalsha +hget +hgetall +hset +hdel +time +del +hello +auth +ping +echo +client|setname";

    [Fact]
    public async Task Streams_and_scripts_are_enough_but_a_cancelled_read_may_then_be_delivered_something()
    {
        using var engine = await ConnectAsync(Least);
        var left = Assert.IsType<StreamEngineException>(await CancelReadAsync(engine));
        Assert.Equal((StreamErrorCode.Unavailable, true), (left.Code, left.MayHaveTakenEffect));

        // What was left at the server takes the entry, which is found as pending.
        await engine.AppendAsync(Stream, Entry("1-0"));
        await UntilAsync(async () => (await engine.GetPendingSummaryAsync(Stream, Group)).Count == 1);
        var outcomes = new SettlementOutcome[1];
        await engine.SettleAsync(new() { Stream = Stream, Group = Group, Owner = "a", Settlements = new[] { Settlement.Acknowledge(new(1, 0)) } }, outcomes);
        Assert.Equal([SettlementOutcome.Done], outcomes);
    }

    [Fact]
    public async Task Who_may_not_trim_stores_what_is_appended_all_the_same()
    {
        using var engine = await ConnectAsync(Least + " -xtrim");
        var results = new AppendResult[2];
        await engine.AppendAsync(Stream, new[] { Entry("1-0"), Entry("2-0") }, results, new() { Trim = StreamTrim.MaxLength(1) });
        Assert.All(results, static result => Assert.Equal(AppendStatus.Stored, result.Status));
        var denied = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.CheckAsync([], [Stream]));
        Assert.Contains("may not use XTRIM on", denied.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_not_be_done_is_told_in_the_servers_words()
    {
        using var engine = await ConnectAsync("-@all +@read +@connection");
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.AppendAsync(Stream, Entry("1-0")));
        Assert.Equal((StreamErrorCode.Unavailable, false), (thrown.Code, thrown.MayHaveTakenEffect));
        Assert.StartsWith("NOPERM", thrown.Message, StringComparison.Ordinal);
    }
}
