using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>TLS with certificates that only callbacks of the client's settings know.</summary>
public sealed class TlsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task A_read_waits_on_a_connection_by_the_same_certificates_as_the_callers()
    {
        await using var server = await TlsServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        using var engine = RedisStreamEngine.Connect(connection);
        await ServesAsync(engine, connection.GetServers()[0]);
    }

    [Fact]
    public async Task And_by_those_of_the_settings_that_are_given()
    {
        await using var server = await TlsServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        using var engine = RedisStreamEngine.Connect(server.Configuration);
        await ServesAsync(engine, connection.GetServers()[0]);
    }

    private static async Task ServesAsync(RedisStreamEngine engine, IServer client)
    {
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning, createStream: true);
        var read = engine.ReadGroupAsync(new() { Group = "g", Consumer = "a", Streams = [new("s", ReadPosition.Undelivered)], Block = TimeSpan.Zero }).AsTask();
        var begun = TimeProvider.System.GetTimestamp();
        while (!(await client.ClientListAsync()).Any(static other => other.Flags.HasFlag(ClientFlags.Blocked)))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Deadline, "No read waits at the server.");
            await Task.Delay(Poll, TimeProvider.System);
        }
        await engine.AppendAsync("s", new(EntryFields.Of(("f", "v"))));
        Assert.Equal(1, (await read.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Count);
    }
}
