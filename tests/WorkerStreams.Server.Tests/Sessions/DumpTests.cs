using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class DumpTests
{
    private static readonly string[] Story =
    [
        "XADD s 1-1 a 1", "XADD s 2-0 b 2 c 3", "XADD s 3-0 d 4", "XADD s 4-0 e 5", "XDEL s 4-0", "XSETID s 9-0 ENTRIESADDED 20",
        "XGROUP CREATE s g 0", "XGROUP CREATE s h 2-0 ENTRIESREAD 2", "XREADGROUP GROUP g gone COUNT 1 STREAMS s >", "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
        "XREADGROUP GROUP g d STREAMS s >", "XGROUP DELCONSUMER s g gone", "XCLAIM s g c 0 3-0 RETRYCOUNT 7", "XNACK s g FAIL IDS 1 2-0",
    ];

    [Fact]
    public async Task What_is_restored_is_what_was_dumped()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await FilledAsync(host);
        var dump = await DumpAsync(client, "s");

        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "0", dump));

        Assert.Equal(await client.AskAsync("XINFO STREAM s FULL\r\n"), await client.AskAsync("XINFO STREAM t FULL\r\n"));
        Assert.Equal("$3\r\n9-1\r\n", await client.AskAsync("XADD t 9-* a 1\r\n"));
        Assert.Equal("-BUSYKEY Target key name already exists.\r\n", await client.CallAsync("RESTORE", "t", "0", dump));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "5000", dump, "REPLACE"));
        Assert.Equal(":5\r\n", await client.AskAsync("TTL t\r\n"));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "4000000000000", dump, "REPLACE", "ABSTTL"));
        Assert.Equal(":4000000000000\r\n", await client.AskAsync("PEXPIRETIME t\r\n"));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "1", dump, "REPLACE", "ABSTTL"));
        Assert.Equal(":0\r\n", await client.AskAsync("EXISTS t\r\n"));
        Assert.StartsWith("+OK", await client.AskAsync("SET t x\r\n"));
        Assert.StartsWith("-ERR DUMP is for streams", await client.AskAsync("DUMP t\r\n"));
        Assert.Equal("+OK\r\n", await client.CallAsync("RESTORE", "t", "0", dump, "REPLACE"));
        Assert.Equal("+stream\r\n", await client.AskAsync("TYPE t\r\n"));
    }

    [Fact]
    public async Task One_in_another_database_and_of_another_engine_is_taken()
    {
        await using var host = await ListenerHost.StartAsync();
        await using var other = await ListenerHost.StartAsync();
        using var client = await FilledAsync(host);
        using var elsewhere = await other.ConnectAsync();
        await elsewhere.CallAsync("SELECT", "4");

        Assert.Equal("+OK\r\n", await elsewhere.CallAsync("RESTORE", "s", "0", await DumpAsync(client, "s")));

        Assert.Equal(await client.AskAsync("XINFO STREAM s FULL\r\n"), await elsewhere.AskAsync("XINFO STREAM s FULL\r\n"));
    }

    [Fact]
    public async Task One_that_is_larger_than_a_reply_may_be_is_refused()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxReplyBytes = 65536);
        using var client = await host.ConnectAsync();
        for (var i = 1; i <= 8000; i++)
            await host.Engine.AppendAsync("many", new(EntryFields.Of(("a", "1")), new StreamEntryId((ulong)i, 1)));
        await host.Engine.AppendAsync("large", new(EntryFields.Of(("a", new string('x', 70_000)))));
        await host.Engine.AppendAsync("small", new(EntryFields.Of(("a", new string('x', 60_000)))));

        Assert.Matches("^-ERR the stream 'many' is too large to be copied in one step: .* 655.. are the most\r\n$", await client.CallAsync("DUMP", "many"));
        Assert.Matches("^-ERR the stream 'large' is too large to be copied in one step: .* 655.. are the most\r\n$", await client.CallAsync("DUMP", "large"));
        Assert.InRange((await client.CallAsync("DUMP", "small")).Length, 60_000, 65_536);
    }

    [Fact]
    public async Task One_that_fits_a_reply_but_for_what_is_around_it_is_refused()
    {
        const int DumpBytes = 65_530;
        await using var host = await ListenerHost.StartAsync(static options => options.MaxReplyBytes = 65536);
        using var client = await host.ConnectAsync();
        await AppendAsync(60_000);
        var more = DumpBytes - (await host.Engine.DumpAsync("s"))!.Length;
        await host.Engine.DeleteStreamAsync("s");
        await AppendAsync(60_000 + more);
        Assert.Equal(DumpBytes, (await host.Engine.DumpAsync("s"))!.Length);

        Assert.StartsWith("-ERR the stream 's' is too large", await client.CallAsync("DUMP", "s"));
        Assert.Equal("+PONG\r\n", await client.CallAsync("PING"));

        async Task AppendAsync(int bytes) => await host.Engine.AppendAsync("s", new(EntryFields.Of(("a", new string('x', bytes))), new StreamEntryId(1, 1)));
    }

    [Fact]
    public async Task What_is_pending_is_not_written_first_where_it_is_too_much()
    {
        const int Entries = 100_000;
        using var engine = new InProcessStreamEngine();
        for (var i = 1; i <= Entries; i++)
            await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), new StreamEntryId((ulong)i, 1)));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        (await engine.ReadGroupAsync(new() { Group = "g", Consumer = "c", Count = Entries, Streams = [new("s", ReadPosition.Undelivered)] })).Dispose();
        await engine.TrimAsync("s", StreamTrim.MaxLength(0));
        Assert.InRange((await engine.DumpAsync("s"))!.Length, 500_000, int.MaxValue);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = engine.DumpAsync("s", 65536).AsTask();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(StreamErrorCode.EntryTooLarge, (await Assert.ThrowsAsync<StreamEngineException>(() => refused)).Code);
        Assert.InRange(allocated, 0, 300_000);
    }

    [Fact]
    public async Task Large_ones_are_made_one_at_a_time()
    {
        using var engine = new InProcessStreamEngine();
        for (var i = 0; i < 20; i++)
            await engine.AppendAsync("large", new(EntryFields.Of(("a", new string('x', 100_000)))));
        await engine.AppendAsync("small", new(EntryFields.Of(("a", "1"))));
        using var server = new RespServer(engine, new(), TimeProvider.System);
        using var client = new PipeClient();
        using var other = new PipeClient();
        var serving = Task.WhenAll(server.ServeAsync(client.Connection), server.ServeAsync(other.Connection));
        await server.LargeDump.WaitAsync(ListenerHost.Patience);

        await client.SendAsync("DUMP large\r\n");
        Assert.False(client.IsAnswered);
        // Nor is anybody kept out by who waits for his turn.
        await other.SendAsync("SET a b\r\n");
        Assert.Equal("+OK\r\n", await other.ReadAsync(5));
        await other.SendAsync("MULTI\r\nDUMP large\r\nEXEC\r\n");
        Assert.Equal("+OK\r\n+QUEUED\r\n*1\r\n$20", await other.ReadAsync(21));
        server.LargeDump.Release();

        Assert.Equal("$", await client.ReadAsync(1));
        foreach (var each in (PipeClient[])[client, other])
        {
            each.EndSending();
            each.EndReading();
        }
        await serving.WaitAsync(ListenerHost.Patience);
    }

    private static async Task<RespClient> FilledAsync(ListenerHost host)
    {
        var client = await host.ConnectAsync();
        foreach (var line in Story)
            Assert.DoesNotContain("-ERR", await client.AskAsync(line + "\r\n"));
        return client;
    }

    // Without its length.
    private static async Task<string> DumpAsync(RespClient client, string key)
    {
        var reply = await client.CallAsync("DUMP", key);
        return reply[(reply.IndexOf('\n', StringComparison.Ordinal) + 1)..^2];
    }
}
