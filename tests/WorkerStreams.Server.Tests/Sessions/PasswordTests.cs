using WorkerStreams.Server.Commands;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class PasswordTests
{
    private const string Wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n", Needed = "-NOAUTH Authentication required.\r\n";

    [Fact]
    public async Task Nothing_is_done_for_who_does_not_tell_it()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(Needed, await client.CallAsync("PING"));
        Assert.Equal(Needed, await client.CallAsync("XADD", "s", "*", "a", "1"));
        Assert.StartsWith("-ERR unknown command", await client.CallAsync("FOO"));
        Assert.StartsWith("-NOAUTH HELLO must be called", await client.CallAsync("HELLO", "3"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "secre"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "secret "));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "other", "secret"));
        Assert.Equal(Wrong, await client.CallAsync("HELLO", "3", "AUTH", "default", ""));
        Assert.Equal(Needed, await client.CallAsync("PING"));
        Assert.False(await host.Engine.ExistsAsync("s"));
    }

    [Fact]
    public async Task Who_tells_it_is_let_in_until_RESET()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal("+OK\r\n", await client.CallAsync("AUTH", "secret"));
        Assert.Equal("+PONG\r\n", await client.CallAsync("PING"));
        Assert.Equal("+RESET\r\n", await client.CallAsync("RESET"));
        Assert.Equal(Needed, await client.CallAsync("PING"));
        Assert.StartsWith("%7\r\n", await client.CallAsync("HELLO", "3", "AUTH", "default", "secret", "SETNAME", "me"));
        Assert.Equal("$2\r\nme\r\n", await client.CallAsync("CLIENT", "GETNAME"));
    }

    [Fact]
    public async Task A_stranger_may_send_little()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync("*11\r\n");

        Assert.Equal("-ERR Protocol error: unauthenticated multibulk length\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_stranger_may_send_a_word_of_16_KiB_and_no_longer_one()
    {
        const int Longest = 16 * 1024;
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(Wrong, await client.CallAsync("AUTH", new string('x', Longest)));
        // The length alone is enough.
        await client.SendAsync($"*2\r\n$4\r\nAUTH\r\n${Longest + 1}\r\n");

        Assert.Equal("-ERR Protocol error: unauthenticated bulk length\r\n", await client.ReadToEndAsync());
        using var known = await host.ConnectAsync();
        Assert.Equal("+OK\r\n", await known.CallAsync("AUTH", "secret"));
        Assert.StartsWith($"${Longest + 1}\r\n", await known.CallAsync("ECHO", new string('x', Longest + 1)));
    }

    [Fact]
    public async Task The_user_who_may_only_look_changes_nothing()
    {
        await using var host = await ListenerHost.StartAsync(static options => (options.Password, options.ReadOnlyPassword) = ("secret", "look"));
        using var admin = await host.ConnectAsync();
        using var client = await host.ConnectAsync();
        await admin.CallAsync("AUTH", "secret");
        await admin.AskAsync("XADD s 1-1 a 1\r\n");
        await admin.AskAsync("XGROUP CREATE s g 0\r\n");

        Assert.Equal(Wrong, await client.CallAsync("AUTH", "look"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "readonly", "secret"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "default", "look"));
        Assert.Equal("+OK\r\n", await client.CallAsync("AUTH", "readonly", "look"));

        foreach (var line in (string[])["XRANGE s - +", "XINFO STREAM s FULL", "XPENDING s g", "KEYS *", "GET none", "XREAD STREAMS s 0", "INFO", "CLIENT LIST", "DUMP s", "XGROUP HELP"])
            Assert.DoesNotContain("NOPERM", await client.AskAsync(line + "\r\n"));
        foreach (var command in CommandTable.Standard.All.SelectMany(static command => command.Subcommands.Count > 0 ? command.Subcommands : [command]).Where(static command => command.Writes || command.IsAdministration))
        {
            var words = command.Name.Split('|').Concat(Enumerable.Repeat("1", 20)).Take(Math.Abs(command.Arity)).ToArray();
            Assert.Equal($"-NOPERM User readonly has no permissions to run the '{command.Name}' command\r\n", await client.CallAsync(words));
        }
        Assert.Equal("+OK\r\n", await client.CallAsync("MULTI"));
        Assert.StartsWith("-NOPERM", await client.CallAsync("DEL", "s"));
        Assert.StartsWith("-EXECABORT", await client.CallAsync("EXEC"));
        Assert.Contains("user=readonly", await admin.CallAsync("CLIENT", "LIST"));
        Assert.Equal(":1\r\n", await admin.CallAsync("CLIENT", "KILL", "USER", "readonly"));
        Assert.Equal("*1\r\n$1\r\ns\r\n", await admin.CallAsync("KEYS", "*"));
    }

    [Fact]
    public async Task Where_there_is_no_such_user_nobody_is_let_in_as_one()
    {
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        Assert.Equal(Wrong, await client.CallAsync("AUTH", "readonly", "secret"));
        Assert.Equal(Wrong, await client.CallAsync("AUTH", "readonly", ""));
        Assert.Equal(Needed, await client.CallAsync("PING"));
    }

    [Fact]
    public async Task A_stranger_who_takes_no_replies_is_sent_away()
    {
        const int Commands = 100_000;
        await using var host = await StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync(string.Concat(Enumerable.Repeat("PING\r\n", Commands)));

        Assert.InRange((await client.ReadToEndAsync()).Length, 0, Needed.Length * Commands / 2);
    }

    private static Task<ListenerHost> StartAsync() => ListenerHost.StartAsync(static options => options.Password = "secret");
}
