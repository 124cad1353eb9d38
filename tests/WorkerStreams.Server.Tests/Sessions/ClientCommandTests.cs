using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
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
        Assert.False(idle.IsCutOff);
        await ListenerHost.UntilAsync(async () => (await admin.CallAsync("INFO", "clients")).Contains("connected_clients:2\r\n", StringComparison.Ordinal));
        Assert.Equal(":1\r\n", await admin.CallAsync("CLIENT", "KILL", "TYPE", "normal"));
        Assert.Equal("", await waiting.ReadToEndAsync());
        Assert.False(waiting.IsCutOff);

        Assert.Equal(":1\r\n", await admin.AskAsync("CLIENT KILL TYPE normal SKIPME no\r\n"));
        Assert.Equal("", await admin.ReadToEndAsync());
        Assert.False(admin.IsCutOff);
    }

    [Fact]
    public async Task CLIENT_KILL_cuts_off_who_takes_nothing()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(1));
        await using var host = await ListenerHost.StartAsync(time: time);
        using var admin = await host.ConnectAsync();
        using var slow = await host.ConnectAsync();
        var id = (await slow.CallAsync("CLIENT", "ID"))[1..^2];
        await slow.CallAsync("SET", "k", new string('x', 10_000_000));
        await slow.SendAsync(string.Concat(Enumerable.Repeat("GET k\r\n", 20)));
        await ListenerHost.UntilAsync(async () => (await admin.CallAsync("CLIENT", "LIST", "ID", id)).Contains(" events=rw ", StringComparison.Ordinal));

        Assert.Equal(":1\r\n", await admin.CallAsync("CLIENT", "KILL", "ID", id));
        Assert.Equal("$0\r\n\r\n", await admin.CallAsync("CLIENT", "LIST", "ID", id));
        await ListenerHost.UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return (await admin.CallAsync("INFO", "clients")).Contains("connected_clients:1\r\n", StringComparison.Ordinal);
        });
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
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(1));
        await using var host = await ListenerHost.StartAsync(time: time);
        using var client = await host.ConnectAsync();
        using var other = await host.ConnectAsync();

        var slept = client.AskAsync("DEBUG SLEEP 10\r\n");
        // Who comes during the sleep is not answered, however long he waits.
        var kept = Task.FromResult("");
        await ListenerHost.UntilAsync(async () =>
        {
            kept = other.CallAsync("PING");
            await Task.WhenAny(kept, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System));
            return !kept.IsCompleted;
        });
        Assert.False(slept.IsCompleted);

        await ListenerHost.UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
            return slept.IsCompleted;
        });
        Assert.Equal("+OK\r\n", await slept);
        Assert.Equal("+PONG\r\n", await kept);
        Assert.StartsWith("-ERR DEBUG SLEEP takes", await client.CallAsync("DEBUG", "SLEEP", "61"));
    }

    [Theory]
    [InlineData("DEBUG SLEEP x", "+OK")]
    [InlineData("DEBUG SLEEP -1", "+OK")]
    [InlineData("DEBUG SLEEP", "-ERR unknown subcommand or wrong number of arguments for 'SLEEP'. Try DEBUG HELP.")]
    [InlineData("DEBUG FOO", "-ERR unknown subcommand or wrong number of arguments for 'FOO'. Try DEBUG HELP.")]
    [InlineData("CLIENT TRACKING ON", "-ERR CLIENT TRACKING ON is not supported: reads are not tracked")]
    [InlineData("CLIENT TRACKING ON REDIRECT 5 BCAST PREFIX a", "-ERR CLIENT TRACKING ON is not supported: reads are not tracked")]
    [InlineData("SLOWLOG GET", "*0")]
    [InlineData("SLOWLOG GET -1", "*0")]
    [InlineData("SLOWLOG LEN", ":0")]
    public async Task Lines_that_a_server_answers_by_its_settings_or_its_speed(string line, string answer)
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(answer + "\r\n", await client.AskAsync(line + "\r\n"));
    }

    [Fact]
    public async Task DEBUG_in_a_transaction_is_looked_at_by_EXEC()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.CallAsync("MULTI");

        Assert.Equal("+QUEUED\r\n", await client.CallAsync("DEBUG", "FOO"));
        Assert.StartsWith("*1\r\n-ERR unknown subcommand", await client.CallAsync("EXEC"));
    }

    [Fact]
    public async Task CLIENT_LIST_tells_what_is_known_in_the_order_of_Redis()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.CallAsync("WATCH", "a", "b");

        Assert.Matches(
            "^id=\\d+ addr=\\S+ laddr=\\S+ name= age=\\d+ idle=\\d+ flags=N db=0 sub=0 psub=0 ssub=0 multi=-1 watch=2 qbuf=\\d+ qbuf-free=\\d+ multi-mem=0 tot-mem=\\d+ "
            + "events=r cmd=client\\|info user=default redir=-1 resp=2 lib-name= lib-ver=\n$",
            (await client.CallAsync("CLIENT", "INFO")).Split("\r\n")[1]);
    }

    [Fact]
    public async Task LASTSAVE_tells_when_the_listener_began()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(1000));
        await using var host = await ListenerHost.StartAsync(time: time);
        using var client = await host.ConnectAsync();
        time.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal(":1000\r\n", await client.CallAsync("LASTSAVE"));
    }

    [Fact]
    public async Task CONFIG_GET_tells_the_settings_but_no_password()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = 50 << 20 });
        await using var host = await ListenerHost.StartAsync(
            static options => (options.Password, options.IdleTimeout) = ("secret", TimeSpan.FromMinutes(1)), engine: engine);
        using var client = await host.ConnectAsync();
        await client.CallAsync("AUTH", "secret");

        foreach (var (name, value) in ((string, string)[])[("timeout", "60"), ("maxmemory", "52428800"), ("maxmemory-policy", "noeviction"), ("replica-read-only", "yes"), ("requirepass", "********")])
            Assert.Equal(RespClient.Encode(name, value), await client.CallAsync("CONFIG", "GET", name));
        Assert.StartsWith("-ERR CONFIG SET failed", await client.CallAsync("CONFIG", "SET", "requirepass", "********"));
    }

    [Theory]
    [InlineData("acl", "WHOAMI")]
    [InlineData("slowlog", "GET", "LEN", "RESET")]
    [InlineData("function", "LIST", "FLUSH")]
    [InlineData("script", "EXISTS", "FLUSH")]
    public async Task HELP_tells_of_the_subcommands(string command, params string[] subcommands)
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();

        var help = await client.CallAsync(command, "HELP");

        Assert.All(subcommands, subcommand => Assert.Contains($"\r\n+{subcommand}", help));
    }
}
