using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>Appends are stored in the order of the calls.</summary>
public sealed class OrderTests(RedisServer server) : EngineTest(server)
{
    [Fact]
    public async Task Many_are_not_overtaken_by_one_where_the_server_does_not_know_the_script()
    {
        using var engine = RedisStreamEngine.Connect(Configuration);
        await Client.ScriptFlushAsync();
        var results = new AppendResult[2];
        var many = engine.AppendAsync(Stream, new[] { Entry("1-0"), Entry("2-0") }, results);
        var one = engine.AppendAsync(Stream, Entry("3-0"));
        await many;
        Assert.Equal(new StreamEntryId(3, 0), await one);
        Assert.All(results, static result => Assert.Equal(AppendStatus.Stored, result.Status));
    }
}
