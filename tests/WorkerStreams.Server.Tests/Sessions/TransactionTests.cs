using WorkerStreams.Engine;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class TransactionTests
{
    [Fact]
    public async Task Nothing_of_others_comes_in_between()
    {
        await using var host = await ListenerHost.StartAsync();
        const int Transactions = 300;
        using var others = new CancellationTokenSource();
        var disturbing = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DisturbAsync()));
        using var client = await host.ConnectAsync();

        for (var i = 0; i < Transactions; i++)
        {
            await client.SendAsync("MULTI\r\nXLEN s\r\nXADD s * a 1\r\nINCR n\r\nXADD s * a 1\r\nINCR n\r\nXLEN s\r\nEXEC\r\n");
            for (var queued = 0; queued < 7; queued++)
                Assert.StartsWith("+", await client.ReadReplyAsync());
            var lines = (await client.ReadReplyAsync()).Split("\r\n");
            Assert.Equal(("*6", long.Parse(lines[1][1..]) + 2), (lines[0], long.Parse(lines[8][1..])));
            Assert.Equal(long.Parse(lines[4][1..]) + 1, long.Parse(lines[7][1..]));
        }
        await others.CancelAsync();
        await disturbing;

        async Task DisturbAsync()
        {
            using var other = await host.ConnectAsync();
            while (!others.IsCancellationRequested)
            {
                await other.SendAsync("XADD s * a 1\r\nINCR n\r\nXADD s * a 1\r\n");
                for (var i = 0; i < 3; i++)
                    await other.ReadReplyAsync();
            }
        }
    }

    [Fact]
    public async Task Who_waits_is_served_after_it_by_what_there_is_then()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.AskAsync("XGROUP CREATE s g $ MKSTREAM\r\n");
        using var reader = await host.ConnectAsync();
        using var member = await host.ConnectAsync();
        await reader.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await member.SendAsync("XREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\n");
        await host.UntilBlockedAsync(2);

        await client.SendAsync("MULTI\r\nXADD s 3-1 a 1\r\nDEL s\r\nXGROUP CREATE s g 0 MKSTREAM\r\nEXEC\r\n");
        await host.UntilBlockedAsync(2);
        await client.SendAsync("MULTI\r\nXADD s 4-1 a 1\r\nXADD s 5-1 b 2\r\nXDEL s 4-1\r\nEXEC\r\n");

        const string Served = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n5-1\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n";
        Assert.Equal(Served, await reader.ReadReplyAsync());
        Assert.Equal(Served, await member.ReadReplyAsync());
    }

    [Fact]
    public async Task What_a_worker_appends_ends_a_watch()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.CallAsync("WATCH", "s");
        await host.Engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));

        await client.CallAsync("MULTI");
        await client.CallAsync("DEL", "s");

        Assert.Equal("*-1\r\n", await client.CallAsync("EXEC"));
        Assert.True(await host.Engine.ExistsAsync("s"));
    }

    [Fact]
    public async Task One_that_is_larger_than_a_command_may_be_is_refused()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxRequestBytes = 10_000);
        using var client = await host.ConnectAsync();
        await client.CallAsync("MULTI");

        Assert.Equal("+QUEUED\r\n", await client.CallAsync("XADD", "s", "*", "a", new string('x', 8000)));
        Assert.Equal("-ERR the transaction is larger than a command may be\r\n", await client.CallAsync("XADD", "s", "*", "a", new string('x', 8000)));
        Assert.StartsWith("-EXECABORT", await client.CallAsync("EXEC"));
        Assert.False(await host.Engine.ExistsAsync("s"));
    }

    [Fact]
    public async Task The_names_of_the_keys_that_are_watched_are_no_longer_than_a_command_may_be()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxRequestBytes = 10_000);
        using var client = await host.ConnectAsync();
        var (first, second) = (new string('a', 6000), new string('b', 6000));

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal("+OK\r\n", await client.CallAsync("WATCH", first));
            Assert.Equal("+OK\r\n", await client.CallAsync("WATCH", first));
            Assert.Equal("-ERR the names of the keys that are watched are longer than a command may be\r\n", await client.CallAsync("WATCH", second));
            Assert.Equal("+OK\r\n", await client.CallAsync("UNWATCH"));
        }
        Assert.Equal("+OK\r\n", await client.CallAsync("WATCH", second));
    }

    [Fact]
    public async Task A_transaction_is_given_up_by_RESET_and_by_going_away()
    {
        await using var host = await ListenerHost.StartAsync();
        using (var gone = await host.ConnectAsync())
        {
            await gone.CallAsync("MULTI");
            await gone.CallAsync("XADD", "s", "*", "a", "1");
        }
        using var client = await host.ConnectAsync();
        await client.CallAsync("MULTI");
        await client.CallAsync("XADD", "s", "*", "a", "1");

        Assert.Equal("+RESET\r\n", await client.CallAsync("RESET"));
        Assert.Equal("-ERR EXEC without MULTI\r\n", await client.CallAsync("EXEC"));
        Assert.False(await host.Engine.ExistsAsync("s"));
    }
}
