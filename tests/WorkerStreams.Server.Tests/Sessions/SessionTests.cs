using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public async Task What_a_wait_has_brought_is_disposed_of_where_the_client_has_gone_meanwhile()
    {
        using var engine = new InProcessStreamEngine();
        using var server = new RespServer(engine, new(), TimeProvider.System);
        using var client = new PipeClient();
        using var output = new ReplyOutput(client.Connection.Output);
        using var session = new Session(server, 1, client.Connection, output);
        using var brought = new CancellationTokenSource();
        await session.EnterAsync(alone: false);
        session.BeginWait();
        client.EndReading();

        await Assert.ThrowsAsync<OperationCanceledException>(() => session.WaitAsync(new ValueTask<IDisposable>(brought), new([]), brought).AsTask());

        Assert.Throws<ObjectDisposedException>(() => brought.Token);
    }

    [Fact]
    public async Task An_entry_is_not_older_than_its_command()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        for (var i = 0; i < 200; i++)
        {
            var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var id = (await client.AskAsync("XADD s * a 1\r\n")).Split("\r\n")[1];
            Assert.InRange(long.Parse(id[..id.IndexOf('-')], CultureInfo.InvariantCulture), before, long.MaxValue);
        }
    }
}
