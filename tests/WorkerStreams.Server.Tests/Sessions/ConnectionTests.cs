using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>What a connection does besides carrying out commands one by one.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Many_commands_at_once_are_answered_in_order()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        const int Commands = 20_000;

        var sending = client.SendAsync(string.Concat(Enumerable.Range(0, Commands).Select(static number => RespClient.Encode("ECHO", $"{number}"))));
        for (var number = 0; number < Commands; number++)
            Assert.Equal($"${$"{number}".Length}\r\n{number}\r\n", await client.ReadReplyAsync());
        await sending;
    }

    [Fact]
    public async Task Commands_before_one_that_waits_are_answered_at_once_and_those_after_it_later()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("PING\r\nXREAD BLOCK 0 STREAMS s $\r\nECHO after\r\n");

        Assert.Equal("+PONG\r\n", await client.ReadReplyAsync());
        await host.UntilBlockedAsync(1);
        await AppendAsync(host, "5-1");
        Assert.Equal("*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n5-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n", await client.ReadReplyAsync());
        Assert.Equal("$5\r\nafter\r\n", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_wait_ends_with_its_time_and_with_null()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal("*-1\r\n", await client.AskAsync("XREAD BLOCK 20 STREAMS s $\r\n"));
        await client.CallAsync("HELLO", "3");
        Assert.Equal("_\r\n", await client.AskAsync("XREAD BLOCK 20 STREAMS s $\r\n"));
    }

    [Fact]
    public async Task Waiting_clients_are_served_in_the_order_in_which_they_came()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        await admin.CallAsync("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        List<RespClient> waiting = [];
        for (var number = 0; number < 5; number++)
        {
            waiting.Add(await host.ConnectAsync());
            await waiting[number].SendAsync(RespClient.Encode("XREADGROUP", "GROUP", "g", $"c{number}", "COUNT", "1", "BLOCK", "0", "STREAMS", "s", ">"));
            await host.UntilBlockedAsync(number + 1);
        }

        for (var number = 0; number < 5; number++)
            await AppendAsync(host, $"{number + 1}-0");

        for (var number = 0; number < 5; number++)
            Assert.Contains($"\r\n{number + 1}-0\r\n", await waiting[number].ReadReplyAsync());
        waiting.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task A_client_that_goes_away_while_it_waits_is_forgotten_and_given_nothing()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        await admin.CallAsync("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        var client = await host.ConnectAsync();
        await client.SendAsync("XREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\n");
        await host.UntilBlockedAsync(1);

        client.Dispose();

        await ListenerHost.UntilAsync(async () => (await InfoAsync(admin)).Contains("connected_clients:1\r\n", StringComparison.Ordinal));
        await AppendAsync(host, "1-0");
        Assert.Equal("*4\r\n:0\r\n$-1\r\n$-1\r\n*-1\r\n", await admin.CallAsync("XPENDING", "s", "g"));
    }

    [Fact]
    public async Task A_client_that_goes_away_is_noticed_whatever_it_has_sent_while_it_waited()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        await admin.CallAsync("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        var client = await host.ConnectAsync();
        await client.SendAsync("XREADGROUP GROUP g c BLOCK 0 NOACK STREAMS s >\r\n");
        await host.UntilBlockedAsync(1);
        // More than is held for it unread, and it would wait again.
        await client.SendAsync(string.Concat(Enumerable.Repeat("XREADGROUP GROUP g c BLOCK 0 NOACK STREAMS s >\r\n", 50_000)));

        client.Dispose();

        await ListenerHost.UntilAsync(async () => (await InfoAsync(admin)).Contains("connected_clients:1\r\n", StringComparison.Ordinal));
        await AppendAsync(host, "1-0");
        Assert.Contains("1-0", await admin.CallAsync("XREADGROUP", "GROUP", "g", "admin", "STREAMS", "s", ">"));
    }

    [Fact]
    public async Task What_a_client_sends_while_it_waits_is_answered_in_order()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);
        const int Commands = 10_000;
        for (var number = 0; number < Commands; number += 1000)
            await client.SendAsync(string.Concat(Enumerable.Range(number, 1000).Select(static number => RespClient.Encode("ECHO", $"{number}"))));

        await AppendAsync(host, "1-0");

        Assert.Contains("1-0", await client.ReadReplyAsync());
        for (var number = 0; number < Commands; number++)
            Assert.Equal($"${$"{number}".Length}\r\n{number}\r\n", await client.ReadReplyAsync());
    }

    [Fact]
    public async Task A_client_that_sends_too_much_while_it_waits_is_sent_away()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxRequestBytes = 1024);
        using var client = await host.ConnectAsync();
        await client.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);

        await client.SendAsync(string.Concat(Enumerable.Repeat("PING\r\n", 1000)));

        Assert.Equal("", await client.ReadToEndAsync());
        await host.UntilBlockedAsync(0);
    }

    [Fact]
    public async Task A_client_counts_until_its_connection_is_closed()
    {
        using var engine = new InProcessStreamEngine();
        using var server = new RespServer(engine, new(), TimeProvider.System);
        var (input, output, closing, closed) = (new Pipe(), new Pipe(), new TaskCompletionSource(), new TaskCompletionSource());
        Task CloseAsync()
        {
            closing.SetResult();
            return closed.Task;
        }

        var serving = server.ServeAsync(new(input.Reader, output.Writer, null, null, static () => { }, static () => { }, CloseAsync, default));
        await input.Writer.WriteAsync("QUIT\r\n"u8.ToArray());
        await closing.Task;
        Assert.Equal(1, server.Count);
        closed.SetResult();
        await serving;
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task What_was_sent_before_the_client_ends_its_side_is_answered()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("PING\r\nECHO a\r\n");
        client.EndSending();

        Assert.Equal("+PONG\r\n$1\r\na\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task QUIT_ends_the_connection_and_what_follows_is_not_done()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("QUIT\r\nXADD s 1-0 a 1\r\n");

        Assert.Equal("+OK\r\n", await client.ReadToEndAsync());
        Assert.False(await host.Engine.ExistsAsync("s"));
    }

    [Fact]
    public async Task A_protocol_error_is_told_after_what_came_before_it_and_ends_the_connection()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("PING\r\n*1\r\nPING\r\nPING\r\n");

        Assert.Equal("+PONG\r\n-ERR Protocol error: expected '$', got 'P'\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task One_client_too_many_is_told_so()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxClients = 2);
        using var first = await host.ConnectAsync();
        var second = await host.ConnectAsync();
        await first.CallAsync("PING");
        await second.CallAsync("PING");

        using (var third = await host.ConnectAsync())
            Assert.Equal("-ERR max number of clients reached\r\n", await third.ReadToEndAsync());

        second.Dispose();
        await ListenerHost.UntilAsync(async () => (await InfoAsync(first)).Contains("connected_clients:1\r\n", StringComparison.Ordinal));
        using var fourth = await host.ConnectAsync();
        Assert.Equal("+PONG\r\n", await fourth.CallAsync("PING"));
    }

    [Fact]
    public async Task Who_is_sent_away_takes_no_place_of_others()
    {
        const int Told = 100;
        using var engine = new InProcessStreamEngine();
        using var server = new RespServer(engine, new() { MaxClients = 1 }, TimeProvider.System);
        var (first, away, ends) = (new PipeClient(), new List<Task>(), new TaskCompletionSource());
        var serving = server.ServeAsync(first.Connection);
        for (var i = 0; i < Told; i++)
        {
            using var client = new PipeClient();
            away.Add(server.ServeAsync(client.Connection with { CloseAsync = () => ends.Task }));
            Assert.StartsWith("-ERR max", await client.ReadAsync(36));
        }
        using (var client = new PipeClient())
        {
            await server.ServeAsync(client.Connection);
            Assert.True(client.IsCutOff);
            Assert.False(client.IsAnswered);
        }
        first.EndSending();
        await serving.WaitAsync(ListenerHost.Patience);

        using var next = new PipeClient();
        serving = server.ServeAsync(next.Connection);
        await next.SendAsync("PING\r\n");

        Assert.Equal("+PONG\r\n", await next.ReadAsync(7));
        Assert.Equal((Told + 1, Told + 3), (server.Rejected, server.Received));
        next.EndSending();
        ends.SetResult();
        await Task.WhenAll([.. away, serving]).WaitAsync(ListenerHost.Patience);
        first.Dispose();
    }

    [Fact]
    public async Task A_listener_that_stops_ends_waits_and_connections()
    {
        await using var host = await ListenerHost.StartAsync();
        using var waiting = await host.ConnectAsync();
        using var idle = await host.ConnectAsync();
        await idle.CallAsync("PING");
        await waiting.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);

        await host.StopAsync().WaitAsync(ListenerHost.Patience);

        Assert.Equal("", await waiting.ReadToEndAsync());
        Assert.Equal("", await idle.ReadToEndAsync());
    }

    [Fact]
    public async Task A_listener_that_stops_cuts_off_who_does_not_take_replies()
    {
        var time = new FakeTimeProvider();
        await using var host = await ListenerHost.StartAsync(time: time);
        using var client = await host.ConnectAsync();
        await client.CallAsync("XADD", "s", "1-0", "a", new string('x', 20_000_000));
        // More than any system holds for who does not read.
        await client.SendAsync(string.Concat(Enumerable.Repeat("XRANGE s - +\r\n", 20)));
        await client.ReadBytesAsync(1);

        var stopping = host.StopAsync();

        Assert.False(stopping.IsCompleted);
        for (var patience = ListenerHost.Patience; !stopping.IsCompleted;)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience);
        }
        await stopping;
    }

    [Fact]
    public async Task A_large_reply_and_a_large_command_pass()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        var value = new string('x', 5_000_000);

        Assert.Equal("$3\r\n1-0\r\n", await client.CallAsync("XADD", "s", "1-0", "a", value));

        Assert.Contains(value, await client.CallAsync("XRANGE", "s", "-", "+"));
    }

    private static async Task AppendAsync(ListenerHost host, string id) => await host.Engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), NewEntryId.Parse(id)));

    private static Task<string> InfoAsync(RespClient client) => client.CallAsync("INFO", "clients");
}
