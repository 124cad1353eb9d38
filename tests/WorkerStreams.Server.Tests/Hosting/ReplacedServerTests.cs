using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

/// <summary>A server of Redis, which runs scripts, and a listener, which has commands instead, in each other's place.</summary>
public sealed class ReplacedServerTests
{
    [Fact]
    public async Task What_is_done_by_scripts_or_by_commands_goes_on_when_the_other_has_come()
    {
        await using var server = await ServerProcess.StartAsync();
        var configuration = server.Configuration;
        (configuration.ReconnectRetryPolicy, configuration.HeartbeatInterval) = (new LinearRetry(50), TimeSpan.FromMilliseconds(100));
        using var engine = RedisStreamEngine.Connect(configuration);
        await UntilDoneAsync(engine);

        await server.KillAsync();
        await using (var host = await ListenerHost.StartAsync(options => options.Port = server.Port))
        {
            await UntilDoneAsync(engine);
            using var client = await host.ConnectAsync();
            var used = await client.CallAsync("INFO", "commandstats");
            foreach (var command in (string[])["append", "claim", "settle"])
                Assert.Contains($"cmdstat_ws.{command}:", used, StringComparison.Ordinal);
        }

        await server.StartAgainAsync();
        await UntilDoneAsync(engine);
        Assert.Equal(0, await server.CallsAsync("ws.claim"));
        Assert.NotEqual(0, await server.CallsAsync("eval"));
    }

    // What fails meanwhile fails as while nobody can be reached, and not as if it were refused.
    private static Task UntilDoneAsync(RedisStreamEngine engine) => ListenerHost.UntilAsync(async () =>
    {
        try
        {
            return await TryAsync(engine, $"{Guid.NewGuid():N}");
        }
        catch (StreamEngineException away)
        {
            Assert.Equal(StreamErrorCode.Unavailable, away.Code);
            return false;
        }
    });

    private static async Task<bool> TryAsync(RedisStreamEngine engine, StreamName stream)
    {
        await engine.CreateGroupAsync(stream, "g", GroupPosition.Beginning, createStream: true);
        var results = new AppendResult[2];
        await engine.AppendAsync(stream, new AppendEntry[] { new(EntryFields.Of(("f", "1"))), new(EntryFields.Of(("f", "2"))) }, results);
        if (Array.Find(results, static result => result.Error is not null).Error is { } away)
            throw away;
        StreamEntryId[] ids = [.. results.Select(static result => result.Id)];
        (await engine.ReadGroupAsync(new() { Group = "g", Consumer = "a", Streams = [new(stream, ReadPosition.Undelivered)] })).Dispose();
        using var claimed = await engine.ClaimAsync(new() { Stream = stream, Group = "g", Consumer = "b", MinIdle = TimeSpan.Zero, Ids = ids, ExpectedOwner = "a" });
        Assert.Equal([2, 2], claimed.Entries.ToArray().Select(static entry => entry.DeliveryCount));
        var outcomes = new SettlementOutcome[2];
        await engine.SettleAsync(new() { Stream = stream, Group = "g", Owner = "b", Settlements = new[] { Settlement.Renew(ids[0]), Settlement.Acknowledge(ids[1]) } }, outcomes);
        Assert.Equal([SettlementOutcome.Done, SettlementOutcome.Done], outcomes);
        return true;
    }
}
