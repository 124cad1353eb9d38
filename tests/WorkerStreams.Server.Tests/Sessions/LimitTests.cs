using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Sessions;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class LimitTests
{
    [Fact]
    public async Task Who_says_nothing_for_too_long_is_sent_away_unless_he_waits()
    {
        var time = new FakeTimeProvider();
        await using var host = await ListenerHost.StartAsync(static options => options.IdleTimeout = TimeSpan.FromSeconds(10), time);
        using var idle = await host.ConnectAsync();
        using var waiting = await host.ConnectAsync();
        using var busy = await host.ConnectAsync();
        await idle.CallAsync("PING");
        await waiting.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);

        var end = idle.ReadToEndAsync();
        for (var i = 0; i < 9; i++)
            await LetPassAsync();
        Assert.False(end.IsCompleted);
        // The listener may have noted only by now that its answer was taken.
        for (var patience = ListenerHost.Patience; !end.IsCompleted; patience.ThrowIfCancellationRequested())
            await LetPassAsync();

        Assert.Equal("", await end);
        Assert.False(idle.IsCutOff);
        await busy.CallAsync("XADD", "s", "1-1", "a", "1");
        Assert.StartsWith("*1\r\n", await waiting.ReadReplyAsync());

        async Task LetPassAsync()
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await busy.CallAsync("PING");
        }
    }

    [Fact]
    public async Task Who_is_being_served_is_not_sent_away_nor_just_after_that()
    {
        var time = new FakeTimeProvider();
        using var engine = new InProcessStreamEngine();
        using var server = new RespServer(engine, new() { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        using var client = new PipeClient();
        var serving = server.ServeAsync(client.Connection);
        await server.EnterAloneAsync();
        await client.SendAsync("SET a b\r\n");

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(client.IsCutOff);
        server.ExitAlone();
        Assert.Equal("+OK\r\n", await client.ReadAsync(5));
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(client.IsCutOff);
        // The server may have noted only by now that its answer was taken.
        for (var patience = ListenerHost.Patience; !client.IsCutOff; patience.ThrowIfCancellationRequested())
            time.Advance(TimeSpan.FromSeconds(1));

        client.EndSending();
        await serving.WaitAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task Who_takes_nothing_of_a_reply_for_too_long_is_sent_away()
    {
        var time = new FakeTimeProvider();
        using var engine = new InProcessStreamEngine();
        using var server = new RespServer(engine, new() { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        await server.Keys.PutAsync("a", new TextValue(new byte[100_000]));
        using var client = new PipeClient();
        var serving = server.ServeAsync(client.Connection);
        await client.SendAsync("GET a\r\nGET a\r\n");

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(client.IsCutOff);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.True(client.IsCutOff);
        client.EndReading();
        await serving.WaitAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task Who_takes_a_long_reply_slowly_is_not_sent_away()
    {
        var time = new FakeTimeProvider();
        using var engine = new InProcessStreamEngine();
        using var server = new RespServer(engine, new() { IdleTimeout = TimeSpan.FromSeconds(10) }, time);
        await server.Keys.PutAsync("a", new TextValue(new byte[2_000_000]));
        using var client = new PipeClient();
        var serving = server.ServeAsync(client.Connection);
        await client.SendAsync("GET a\r\nPING\r\n");

        Assert.Equal("$2000000\r\n", await client.ReadAsync(10));
        for (var i = 0; i < 40; i++)
        {
            time.Advance(TimeSpan.FromSeconds(3));
            Assert.Equal(50_000, (await client.ReadAsync(50_000)).Length);
        }

        Assert.Equal("\r\n+PONG\r\n", await client.ReadAsync(9));
        Assert.False(client.IsCutOff);
        client.EndSending();
        await serving.WaitAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task The_names_of_values_count_as_the_values_do()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxValueBytes = 2000);
        using var client = await host.ConnectAsync();
        const string Refused = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
        var (first, second, other) = (new string('a', 1500), new string('b', 1500), new string('c', 1501));
        var before = await client.CallAsync("INFO", "memory");
        Assert.Equal("+OK\r\n", await client.CallAsync("SET", first, ""));
        Assert.Equal(":1\r\n", await client.CallAsync("LPUSH", second, "x"));

        Assert.Equal(Refused, await client.CallAsync("SET", "k", "x"));
        Assert.Equal(Refused, await client.CallAsync("RENAME", first, other));
        Assert.Equal(Refused, await client.CallAsync("RENAMENX", first, other));
        Assert.Equal("+OK\r\n", await client.CallAsync("RENAME", first, "a"));
        Assert.Equal("+OK\r\n", await client.CallAsync("SET", "k", "x"));

        Assert.Equal("$1\r\nx\r\n", await client.CallAsync("LPOP", second));
        Assert.Equal(":2\r\n", await client.CallAsync("DEL", "a", "k"));
        Assert.Equal(before, await client.CallAsync("INFO", "memory"));
    }

    [Fact]
    public async Task Patterns_are_no_longer_than_keys_can_be_tried_against()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.CallAsync("SET", "a", "x");
        var (longest, tooLong) = ("*[" + new string('a', 4093) + "]", "*[" + new string('a', 4094) + "]");
        const string Refused = "-ERR the pattern is longer than 4096 bytes\r\n";

        Assert.Equal("*1\r\n$1\r\na\r\n", await client.CallAsync("KEYS", longest));
        Assert.Equal("*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n", await client.CallAsync("SCAN", "0", "MATCH", longest));
        Assert.Equal("*0\r\n", await client.CallAsync("CONFIG", "GET", longest));
        Assert.Equal(Refused, await client.CallAsync("KEYS", tooLong));
        Assert.Equal(Refused, await client.CallAsync("SCAN", "0", "MATCH", tooLong));
        Assert.Equal(Refused, await client.CallAsync("CONFIG", "GET", tooLong));
    }

    [Fact]
    public async Task Patterns_that_take_too_long_are_refused()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        var (key, pattern) = (new string('a', 1_000_000), "*" + new string('a', 4_000) + "b");
        await client.CallAsync("SET", key, "x");
        const string Refused = "-ERR the pattern takes too many steps to be tried against the names of all keys\r\n";

        Assert.Equal(Refused, await client.CallAsync("KEYS", pattern));
        Assert.Equal(Refused, await client.CallAsync("SCAN", "0", "MATCH", pattern));
        Assert.Equal(Refused, await client.CallAsync("KEYS", "*[" + new string('b', 4_000) + "]"));
        Assert.Equal($"*1\r\n$1000000\r\n{key}\r\n", await client.CallAsync("KEYS", "*a*a"));
    }

    [Fact]
    public async Task A_reply_that_has_to_be_whole_is_no_longer_than_it_may_be()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxReplyBytes = 100_000);
        using var client = await host.ConnectAsync();
        for (var i = 0; i < 30; i++)
            await client.CallAsync("XADD", "s", "*", "a", new string('x', 5_000));
        // Sent as it is written.
        Assert.StartsWith("*30\r\n", await client.CallAsync("XRANGE", "s", "-", "+"));

        await client.SendAsync("MULTI\r\nXRANGE s - + COUNT 10\r\nEXEC\r\n");
        Assert.Equal(("+OK\r\n", "+QUEUED\r\n"), (await client.ReadReplyAsync(), await client.ReadReplyAsync()));
        Assert.StartsWith("*1\r\n*10\r\n", await client.ReadReplyAsync());
        foreach (var line in (string[])["MULTI", "XRANGE s - +", "XLEN s", "SET after x"])
            Assert.StartsWith("+", await client.AskAsync(line + "\r\n"));
        await client.SendAsync("EXEC\r\n");

        Assert.InRange((await client.ReadToEndAsync()).Length, 0, 100_000);
        using var other = await host.ConnectAsync();
        Assert.Equal("$1\r\nx\r\n", await other.CallAsync("GET", "after"));
    }

    [Fact]
    public async Task A_reply_of_many_parts_is_sent_as_it_is_written()
    {
        const int Entries = 8000, Groups = 700, Holders = 5000;
        await using var host = await ListenerHost.StartAsync(static options => options.MaxReplyBytes = 65536);
        using var client = await host.ConnectAsync();
        for (var i = 1; i <= Entries; i++)
            await host.Engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId((ulong)i, 1)));
        for (var i = 0; i < Groups; i++)
            await host.Engine.CreateGroupAsync("s", $"g{i}", GroupPosition.Beginning);
        for (var i = 0; i < Groups; i++)
            await host.Engine.CreateConsumerAsync("s", "g1", new string('c', 100) + i);
        await client.AskAsync("XREADGROUP GROUP g0 c STREAMS s >\r\n");
        var ids = string.Join(' ', Enumerable.Range(1, Entries).Select(static i => $"{i}-1"));

        await IsWholeAsync($"XPENDING s g0 - + {Entries}", $"*{Entries}\r\n");
        await IsWholeAsync($"XCLAIM s g0 d 0 {ids} JUSTID", $"*{Entries}\r\n");
        await IsWholeAsync($"XAUTOCLAIM s g0 d 0 0 COUNT {Entries} JUSTID", $"*3\r\n$3\r\n0-0\r\n*{Entries}\r\n");
        await IsWholeAsync("XINFO STREAM s FULL COUNT 0", "*30\r\n");
        await IsWholeAsync("XINFO GROUPS s", $"*{Groups}\r\n");
        await IsWholeAsync("XINFO CONSUMERS s g1", $"*{Groups}\r\n");
        await IsWholeAsync("COMMAND INFO" + string.Concat(Enumerable.Repeat(" xgroup", 1000)), "*1000\r\n");
        await IsWholeAsync("COMMAND DOCS" + string.Concat(Enumerable.Repeat(" xgroup", 1000)), "*2000\r\n");
        await client.CallAsync(["XDEL", "s", .. ids.Split(' ')]);
        await IsWholeAsync($"XAUTOCLAIM s g0 d 0 0 COUNT {Entries}", $"*3\r\n$3\r\n0-0\r\n*0\r\n*{Entries}\r\n");
        await IsWholeAsync("WS.APPEND 1 {s}:t 0 0" + string.Concat(Enumerable.Range(1, Entries).Select(static i => $" {i}-1 2 f v")), $"*{Entries}\r\n");
        await IsWholeAsync("WS.MOVE 2 {s}:t s" + string.Concat(Enumerable.Range(1, Entries).Select(static i => $" {i}-1 2 f v")), $"*{Entries}\r\n");
        for (var i = 0; i < Holders; i++)
            await host.Engine.HoldConsumerAsync(new() { Stream = "s", Group = "g2", Consumer = $"c{i}", Holder = "h", Duration = TimeSpan.FromHours(1), Lease = TimeSpan.FromDays(10_000) });
        await IsWholeAsync("WS.HOLD 2 s {s}:holders g2 c h 3600000 1000 h", $"*3\r\n$1\r\nh\r\n:3600000\r\n*{Holders}\r\n");
        await IsWholeAsync("WS.COLLECT 2 s {s}:holders g1 0", $"*{Groups}\r\n");

        async Task IsWholeAsync(string line, string start)
        {
            var reply = await client.CallAsync(line.Split(' '));
            Assert.StartsWith(start, reply);
            Assert.InRange(reply.Length, 65536, int.MaxValue);
        }
    }

    [Fact]
    public async Task Names_of_clients_are_no_longer_than_all_of_them_can_be_told()
    {
        const int Clients = 40;
        await using var host = await ListenerHost.StartAsync(static options => options.MaxReplyBytes = 65536);
        var (longest, tooLong) = (new string('x', 1024), new string('x', 1025));
        List<RespClient> clients = [];
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await host.ConnectAsync());
            Assert.Equal("+OK\r\n", await clients[i].CallAsync("CLIENT", "SETNAME", longest));
            Assert.Equal("+OK\r\n", await clients[i].CallAsync("CLIENT", "SETINFO", "LIB-NAME", longest));
            Assert.Equal("+OK\r\n", await clients[i].CallAsync("CLIENT", "SETINFO", "LIB-VER", longest));
        }
        Assert.Equal("-ERR Client names cannot be longer than 1024 bytes.\r\n", await clients[0].CallAsync("CLIENT", "SETNAME", tooLong));
        Assert.Equal("-ERR Client names cannot be longer than 1024 bytes.\r\n", await clients[0].CallAsync("HELLO", "3", "SETNAME", tooLong));
        Assert.Equal("-ERR LIB-NAME cannot be longer than 1024 bytes.\r\n", await clients[0].CallAsync("CLIENT", "SETINFO", "LIB-NAME", tooLong));
        Assert.Equal("-ERR LIB-VER cannot be longer than 1024 bytes.\r\n", await clients[0].CallAsync("CLIENT", "SETINFO", "LIB-VER", tooLong));

        var list = await clients[0].CallAsync("CLIENT", "LIST");

        Assert.Equal(Clients, list.Split($"name={longest} ").Length - 1 - Clients);
        await clients[0].CallAsync("HELLO", "3");
        Assert.StartsWith("=", await clients[0].CallAsync("CLIENT", "LIST"));
        clients.ForEach(static client => client.Dispose());
    }
}
