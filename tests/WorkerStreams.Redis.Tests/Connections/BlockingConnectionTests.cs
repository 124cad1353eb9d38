using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>Connections on which reads wait, when they fail.</summary>
public sealed class BlockingConnectionTests(RedisServer server) : EngineTest(server)
{
    [Fact]
    public Task One_that_hangs_is_closed_and_another_takes_its_place() =>
        IsReplacedAsync(configuration => configuration.AsyncTimeout = 2000, static () => Task.CompletedTask);

    [Fact]
    public Task One_that_breaks_is_closed_and_another_takes_its_place() =>
        IsReplacedAsync(static _ => { }, async () => await KillAsync(await BlockedAsync()));

    [Fact]
    public async Task One_that_has_connected_anew_while_no_read_waited_on_it_is_known_by_its_new_id()
    {
        await CreateGroupAsync();
        await using var client = await OpenAsync();
        using var connections = Connections(() => Task.FromResult(client));
        var connection = await RentAsync(connections);
        var read = ReadAsync(connection);
        var before = await BlockedAsync();
        await AppendAsync(Stream);
        Assert.False((await read).IsNull);

        // The connection, which listened first, is told first.
        var (failed, restored) = (new TaskCompletionSource(), new TaskCompletionSource());
        client.ConnectionFailed += (_, _) => failed.TrySetResult();
        client.ConnectionRestored += (_, _) => restored.TrySetResult();
        await KillAsync(before);
        await Task.WhenAll(failed.Task, restored.Task).WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Same(connection, await RentAsync(connections));
        using var source = new CancellationTokenSource();
        read = ReadAsync(connection, source.Token);
        Assert.NotEqual(before.Id, (await BlockedAsync()).Id);
        await source.CancelAsync();
        // The server has ended it.
        Assert.True((await read).IsNull);
    }

    private async Task IsReplacedAsync(Action<ConfigurationOptions> configure, Func<Task> fail)
    {
        await CreateGroupAsync();
        using var connections = Connections(() => OpenAsync(configure));
        var first = await RentAsync(connections);
        var read = ReadAsync(first);
        await fail();
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => read);
        Assert.Equal((StreamErrorCode.Unavailable, true), (thrown.Code, thrown.MayHaveTakenEffect));

        Assert.NotSame(first, await RentAsync(connections));
        await UntilAsync(async () => (await AllBlockedAsync()).Count == 0);
        await AppendAsync(Stream);
        Assert.Equal(0, (await Client.Multiplexer.GetDatabase().StreamPendingAsync(Stream.ToString(), Group.ToString())).PendingMessageCount);
    }

    private Task<RedisResult> KillAsync(ClientInfo client) => Client.ExecuteAsync("CLIENT", "KILL", "ID", client.Id);

    private static async Task<BlockingConnection> RentAsync(BlockingConnections connections)
    {
        var connection = await connections.RentAsync(Patience, CancellationToken.None);
        Assert.NotNull(connection);
        return connection;
    }

    // By itself it does not end.
    private Task<RedisResult> ReadAsync(BlockingConnection connection, CancellationToken cancellation = default)
    {
        var request = ReadFor(Stream, "a");
        return connection.ReadAsync("XREADGROUP", ReadCommands.WordsOf(request, request.Streams, TimeSpan.Zero), Stream, cancellation);
    }
}
