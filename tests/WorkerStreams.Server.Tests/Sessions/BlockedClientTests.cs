using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>What clients that wait are told when what they wait for becomes something else.</summary>
public sealed class BlockedClientTests
{
    private const string NoGroup = "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option\r\n";
    private const string WrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    private const string Served = "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n5-1\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n";

    [Theory]
    [InlineData("DEL s", NoGroup)]
    [InlineData("XGROUP DESTROY s g", NoGroup)]
    [InlineData("FLUSHALL", NoGroup)]
    [InlineData("FLUSHDB", NoGroup)]
    [InlineData("RENAME s other", NoGroup)]
    [InlineData("RENAME other s", NoGroup)]
    [InlineData("SWAPDB 0 7", NoGroup)]
    [InlineData("SWAPDB 0 8", WrongType)]
    [InlineData("SWAPDB 0 9", Served)]
    [InlineData("SET s x", WrongType)]
    [InlineData("RENAME list s", WrongType)]
    [InlineData("RENAME full s", Served)]
    [InlineData("COPY full s REPLACE", Served)]
    [InlineData("EXPIRE s 0", NoGroup)]
    [InlineData("XADD s 5-1 a 1", Served)]
    public async Task Of_a_group_it_is(string command, string reply)
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        foreach (var line in (string[])
        [
            "XGROUP CREATE s g $ MKSTREAM", "XADD other 5-1 a 1", "LPUSH list a", "XADD full 5-1 a 1", "XGROUP CREATE full g 0",
            "SELECT 8", "SET s x", "SELECT 9", "XADD s 5-1 a 1", "XGROUP CREATE s g 0", "SELECT 0",
        ])
            Assert.DoesNotContain("ERR", await admin.AskAsync(line + "\r\n"));
        using var waiting = await host.ConnectAsync();
        await waiting.SendAsync("XREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\n");
        await host.UntilBlockedAsync(1);

        await admin.AskAsync(command + "\r\n");

        Assert.Equal(reply, await waiting.ReadReplyAsync());
    }

    [Fact]
    public async Task Who_reads_without_a_group_waits_on_for_greater_ids()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        await admin.CallAsync("XADD", "s", "3-1", "a", "1");
        using var waiting = await host.ConnectAsync();
        await waiting.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);

        foreach (var line in (string[])["DEL s", "SET s x", "DEL s", "XADD s 1-1 a 1", "FLUSHALL", "LPUSH s a", "DEL s"])
            await admin.AskAsync(line + "\r\n");
        await host.UntilBlockedAsync(1);
        await admin.CallAsync("XADD", "s", "5-1", "a", "1");

        Assert.Equal(Served, await waiting.ReadReplyAsync());
    }

    [Fact]
    public async Task Who_waits_in_another_database_is_told_his_own_keys()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var waiting = await host.ConnectAsync();
        await waiting.CallAsync("SELECT", "3");
        await admin.CallAsync("SELECT", "3");
        await admin.AskAsync("XGROUP CREATE s g $ MKSTREAM\r\n");
        await waiting.SendAsync("XREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\nXREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\n");
        await host.UntilBlockedAsync(1);

        await admin.CallAsync("XADD", "s", "5-1", "a", "1");
        Assert.Equal(Served, await waiting.ReadReplyAsync());
        await host.UntilBlockedAsync(1);
        await admin.CallAsync("DEL", "s");

        Assert.Equal(NoGroup, await waiting.ReadReplyAsync());
    }

    [Fact]
    public async Task A_key_that_is_due_goes_though_nobody_asks_for_it_and_who_waits_is_told()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        await using var host = await ListenerHost.StartAsync(time: time);
        using var admin = await host.ConnectAsync();
        await admin.AskAsync("XGROUP CREATE s g $ MKSTREAM\r\n");
        Assert.Equal(":1\r\n", await admin.AskAsync("PEXPIRE s 1500\r\n"));
        Assert.Equal(":2\r\n", await admin.AskAsync("TTL s\r\n"));
        using var waiting = await host.ConnectAsync();
        await waiting.SendAsync("XREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\n");
        await host.UntilBlockedAsync(1);

        time.Advance(TimeSpan.FromMilliseconds(1499));
        await host.UntilBlockedAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(NoGroup, await waiting.ReadReplyAsync());
        Assert.False(await host.Engine.ExistsAsync("s"));
    }

    [Fact]
    public async Task A_stream_that_somebody_in_the_process_has_made_anew_does_not_go_when_the_old_one_was_due()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        await using var host = await ListenerHost.StartAsync(time: time);
        using var admin = await host.ConnectAsync();
        await admin.AskAsync("XADD s 1-1 a 1\r\n");
        await admin.AskAsync("EXPIRE s 10\r\n");
        await host.Engine.DeleteStreamAsync("s");
        await admin.AskAsync("XADD s 1-1 a 1\r\n");

        Assert.Equal(":-1\r\n", await admin.AskAsync("TTL s\r\n"));
        time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(":1\r\n", await admin.AskAsync("XLEN s\r\n"));
    }

    [Fact]
    public async Task INFO_tells_for_how_many_keys_clients_wait()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.AskAsync("XGROUP CREATE s g $ MKSTREAM\r\n");
        using var list = await host.ConnectAsync();
        using var reader = await host.ConnectAsync();
        using var member = await host.ConnectAsync();
        await list.SendAsync("BLPOP l m s2 0\r\n");
        await reader.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await member.SendAsync("XREADGROUP GROUP g c BLOCK 0 STREAMS s >\r\n");
        await host.UntilBlockedAsync(3);
        Assert.Contains("\r\ntotal_blocking_keys:4\r\ntotal_blocking_keys_on_nokey:1\r\n", await client.CallAsync("INFO", "clients"));

        await client.CallAsync("DEL", "s");
        await host.UntilBlockedAsync(2);
        Assert.Contains("\r\ntotal_blocking_keys:4\r\ntotal_blocking_keys_on_nokey:0\r\n", await client.CallAsync("INFO", "clients"));
    }

    [Theory]
    [InlineData("TIMEOUT", "*-1\r\n")]
    [InlineData("ERROR", "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")]
    public async Task CLIENT_UNBLOCK_ends_a_wait(string reason, string reply)
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var waiting = await host.ConnectAsync();
        var id = (await waiting.CallAsync("CLIENT", "ID"))[1..^2];
        Assert.Equal(":0\r\n", await admin.CallAsync("CLIENT", "UNBLOCK", id, reason));
        foreach (var command in (string[])["XREAD BLOCK 0 STREAMS s $", "BLPOP l 0", "XREAD BLOCK 100000 STREAMS s $"])
        {
            await waiting.SendAsync(command + "\r\n");
            await host.UntilBlockedAsync(1);

            Assert.Equal(":1\r\n", await admin.CallAsync("CLIENT", "UNBLOCK", id, reason));

            Assert.Equal(reply, await waiting.ReadReplyAsync());
        }
        // Nobody takes what comes later.
        Assert.Equal(":1\r\n", await admin.CallAsync("LPUSH", "l", "a"));
        Assert.Equal(":1\r\n", await admin.CallAsync("LLEN", "l"));
    }

    [Fact]
    public async Task Who_waits_for_lists_is_served_in_order_and_after_a_transaction()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        await first.SendAsync("BLPOP x l 0\r\n");
        await host.UntilBlockedAsync(1);
        await second.SendAsync("BRPOP l 0\r\n");
        await host.UntilBlockedAsync(2);

        await admin.SendAsync("MULTI\r\nRPUSH l a\r\nDEL l\r\nRPUSH l b c d\r\nEXEC\r\n");

        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\nb\r\n", await first.ReadReplyAsync());
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\nd\r\n", await second.ReadReplyAsync());
        Assert.Equal("*-1\r\n", await second.AskAsync("BLPOP none 0.02\r\n"));
        await first.SendAsync("BLPOP gone 0\r\n");
        await host.UntilBlockedAsync(1);
        first.Dispose();
        await host.UntilBlockedAsync(0);
        Assert.Equal(":1\r\n", await second.CallAsync("RPUSH", "gone", "a"));
        // He may be in the queue still, though he waits no more.
        Assert.Equal(":1\r\n", await second.CallAsync("LLEN", "gone"));
    }

    [Theory]
    [InlineData("BLPOP l 0", "CLIENT UNBLOCK {0} ERROR", "a b")]
    [InlineData("BRPOP l 0", "CLIENT UNBLOCK {0} ERROR", "a b")]
    [InlineData("BLPOP l 0", "CLIENT KILL ID {0}", "a b")]
    [InlineData("BRPOP l 0", "CLIENT KILL ID {0}", "a b")]
    [InlineData("BLPOP l 0", "CLIENT UNBLOCK {0} ERROR", "a")]
    public async Task No_item_is_taken_for_a_wait_that_is_broken_off_just_then(string wait, string end, string items)
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var waiting = await host.ConnectAsync();
        var id = (await waiting.CallAsync("CLIENT", "ID"))[1..^2];
        await waiting.SendAsync(wait + "\r\n");
        await host.UntilBlockedAsync(1);

        await admin.SendAsync($"MULTI\r\n{string.Format(null, end, id)}\r\nRPUSH l {items}\r\nEXEC\r\n");

        for (var i = 0; i < 4; i++)
            Assert.DoesNotContain("-", await admin.ReadReplyAsync());
        var list = items.Split(' ');
        Assert.Equal(RespClient.Encode(list), await admin.AskAsync("LRANGE l 0 -1\r\n"));
        Assert.Equal($":{list.Length + 1}\r\n", await admin.AskAsync("RPUSH l c\r\n"));
    }

    [Fact]
    public async Task For_waits_that_are_broken_off_a_list_is_left_as_it_is()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        var commands = new List<string> { "MULTI" };
        foreach (var client in (RespClient[])[first, second])
        {
            commands.Add($"CLIENT UNBLOCK {(await client.CallAsync("CLIENT", "ID"))[1..^2]} ERROR");
            await client.SendAsync("BLPOP l 0\r\n");
            await host.UntilBlockedAsync(commands.Count - 1);
        }

        foreach (var line in (string[])[.. commands, "RPUSH l a b", "EXPIREAT l 4000000000", "EXEC"])
            await admin.AskAsync(line + "\r\n");

        Assert.StartsWith("-UNBLOCKED", await first.ReadReplyAsync());
        Assert.StartsWith("-UNBLOCKED", await second.ReadReplyAsync());
        Assert.Equal("*2\r\n$1\r\na\r\n$1\r\nb\r\n", await admin.AskAsync("LRANGE l 0 -1\r\n"));
        Assert.Equal(":4000000000\r\n", await admin.AskAsync("EXPIRETIME l\r\n"));
    }

    [Fact]
    public async Task An_item_that_is_not_taken_serves_who_waits_next()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        var id = (await first.CallAsync("CLIENT", "ID"))[1..^2];
        await first.SendAsync("BLPOP l 0\r\n");
        await host.UntilBlockedAsync(1);
        await second.SendAsync("BLPOP l 0\r\n");
        await host.UntilBlockedAsync(2);

        await admin.SendAsync($"MULTI\r\nCLIENT UNBLOCK {id} ERROR\r\nRPUSH l a\r\nEXEC\r\n");

        Assert.StartsWith("-UNBLOCKED", await first.ReadReplyAsync());
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\na\r\n", await second.ReadReplyAsync());
    }

    [Fact]
    public async Task Who_names_a_list_again_and_again_stands_in_its_queue_once()
    {
        const int Times = 10_000;
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var first = await host.ConnectAsync();
        using var second = await host.ConnectAsync();
        var wait = RespClient.Encode(["BLPOP", .. Enumerable.Repeat("l", Times), "0"]);
        Assert.Equal("-ERR a read that waits is of 10001 lists; at most 10000 are allowed\r\n", await admin.CallAsync(["BRPOP", .. Enumerable.Repeat("l", Times + 1), "0"]));
        await first.SendAsync(wait);
        await host.UntilBlockedAsync(1);
        await second.SendAsync(wait);
        await host.UntilBlockedAsync(2);

        await admin.CallAsync("RPUSH", "l", "a", "b");

        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\na\r\n", await first.ReadReplyAsync().WaitAsync(ListenerHost.Patience));
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\nb\r\n", await second.ReadReplyAsync().WaitAsync(ListenerHost.Patience));
        Assert.Equal(["l", "m"], new ListWait(["l", "m", "l"], first: true).Keys.Select(static key => key.ToString()));
    }

    [Fact]
    public async Task A_list_under_the_name_wakes_who_waits_for_it_and_not_who_waits_for_a_stream()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var reader = await host.ConnectAsync();
        using var popper = await host.ConnectAsync();
        await reader.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await popper.SendAsync("BLPOP s 0\r\n");
        await host.UntilBlockedAsync(2);

        await admin.CallAsync("LPUSH", "s", "item");
        Assert.Equal("*2\r\n$1\r\ns\r\n$4\r\nitem\r\n", await popper.ReadReplyAsync());
        await popper.SendAsync("BLPOP s 0\r\n");
        await host.UntilBlockedAsync(2);
        await admin.CallAsync("XADD", "s", "5-1", "a", "1");

        Assert.Equal(Served, await reader.ReadReplyAsync());
        await host.UntilBlockedAsync(1);
    }
}
