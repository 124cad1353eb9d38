using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>What connections can do about each other, and what is told of them.</summary>
public sealed class ClientCommandTests
{
    [Fact]
    public async Task CLIENT_KILL_ends_who_is_meant()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var idle = await host.ConnectAsync();
        using var waiting = await host.ConnectAsync();
        var id = (await idle.CallAsync("CLIENT", "ID"))[1..^2];
        await waiting.SendAsync("XREAD BLOCK 0 STREAMS s $\r\n");
        await host.UntilBlockedAsync(1);

        Assert.Equal(":1\r\n", await admin.CallAsync("CLIENT", "KILL", "ID", id));
        Assert.Equal("", await idle.ReadToEndAsync());
        await ListenerHost.UntilAsync(async () => (await admin.CallAsync("INFO", "clients")).Contains("connected_clients:2\r\n", StringComparison.Ordinal));
        Assert.Equal(":1\r\n", await admin.CallAsync("CLIENT", "KILL", "TYPE", "normal"));
        Assert.Equal("", await waiting.ReadToEndAsync());

        Assert.Equal(":1\r\n", await admin.AskAsync("CLIENT KILL TYPE normal SKIPME no\r\n"));
        Assert.Equal("", await admin.ReadToEndAsync());
    }

    [Fact]
    public async Task CLIENT_KILL_takes_an_address()
    {
        await using var host = await ListenerHost.StartAsync();
        using var admin = await host.ConnectAsync();
        using var other = await host.ConnectAsync();
        var address = (await other.CallAsync("CLIENT", "INFO")).Split("addr=")[1].Split(' ')[0];

        Assert.Equal("+OK\r\n", await admin.CallAsync("CLIENT", "KILL", address));

        Assert.Equal("", await other.ReadToEndAsync());
        await ListenerHost.UntilAsync(async () => await admin.CallAsync("CLIENT", "KILL", address) == "-ERR No such client\r\n");
    }

    [Fact]
    public async Task CLIENT_REPLY_chooses_what_is_answered()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("CLIENT REPLY OFF\r\nXADD s 1-1 a 1\r\nFOO\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\nCLIENT REPLY ON\r\n");
        Assert.Equal("+OK\r\n", await client.ReadReplyAsync());
        await client.SendAsync("CLIENT REPLY SKIP\r\nECHO a\r\nECHO b\r\n");
        Assert.Equal("$1\r\nb\r\n", await client.ReadReplyAsync());

        Assert.Equal(":1\r\n", await client.CallAsync("XLEN", "s"));
    }

    [Fact]
    public async Task CLIENT_LIST_tells_the_database_and_the_transaction()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        using var other = await host.ConnectAsync();
        var (id, otherId) = ((await client.CallAsync("CLIENT", "ID"))[1..^2], (await other.CallAsync("CLIENT", "ID"))[1..^2]);
        await client.CallAsync("SELECT", "5");
        await client.CallAsync("MULTI");
        await client.CallAsync("PING");

        Assert.Matches($"id={id} .* flags=x db=5 .* multi=1 ", await other.CallAsync("CLIENT", "LIST", "ID", id));
        Assert.DoesNotContain($"id={id} ", await other.CallAsync("CLIENT", "LIST", "ID", otherId));
    }

    [Fact]
    public async Task INFO_counts_commands_and_errors_until_they_are_counted_anew()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        foreach (var line in (string[])["XADD s 1-1 a 1", "XADD s 1-1 a 1", "XADD s", "XGROUP CREATE s g 0", "XGROUP CREATE s g 0", "FOO"])
            await client.AskAsync(line + "\r\n");

        var commands = await client.CallAsync("INFO", "commandstats");
        Assert.Matches("cmdstat_xadd:calls=2,usec=\\d+,usec_per_call=[\\d.]+,rejected_calls=1,failed_calls=1\r\n", commands);
        Assert.Matches("cmdstat_xgroup\\|create:calls=2,.*,failed_calls=1\r\n", commands);
        Assert.Contains("errorstat_BUSYGROUP:count=1\r\nerrorstat_ERR:count=3\r\n", await client.CallAsync("INFO", "errorstats"));
        Assert.DoesNotContain("cmdstat_", await client.CallAsync("INFO"));

        await client.CallAsync("CONFIG", "RESETSTAT");
        Assert.DoesNotContain("xadd", await client.CallAsync("INFO", "commandstats"));
        Assert.DoesNotContain("errorstat_", await client.CallAsync("INFO", "errorstats"));
    }

    [Fact]
    public async Task DEBUG_SLEEP_keeps_others_out_for_that_time()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        using var other = await host.ConnectAsync();
        var begun = TimeProvider.System.GetTimestamp();

        await client.SendAsync("PING\r\n");
        await client.ReadReplyAsync();
        await client.SendAsync("DEBUG SLEEP 0.2\r\n");
        Assert.Equal("+OK\r\n", await client.ReadReplyAsync());

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds, 190, 30_000);
        Assert.StartsWith("-ERR DEBUG SLEEP takes", await client.CallAsync("DEBUG", "SLEEP", "61"));
        Assert.Equal("+PONG\r\n", await other.CallAsync("PING"));
    }
}
