using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class ScanTests
{
    [Fact]
    public async Task What_is_there_all_the_time_is_listed_once_whatever_comes_and_goes()
    {
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        for (var i = 0; i < 100; i++)
            await host.Engine.AppendAsync($"stays-{i}", new(EntryFields.Of(("a", "1"))));
        List<string> listed = [];
        var (cursor, round) = ("0", 0);
        do
        {
            await host.Engine.AppendAsync($"new-{round}", new(EntryFields.Of(("a", "1"))));
            await host.Engine.DeleteStreamAsync($"new-{round++ - 3}");
            var lines = (await client.CallAsync("SCAN", cursor, "COUNT", "7")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            cursor = lines[2];
            listed.AddRange(lines.Where(static line => line.StartsWith("stays-", StringComparison.Ordinal)));
        }
        while (cursor != "0");

        Assert.Equal(100, listed.Count);
        Assert.Equal(100, listed.Distinct().Count());
        Assert.InRange(round, 14, 40);
    }

    [Fact]
    public async Task Cursors_are_whole_in_clients_that_have_numbers_of_floating_point()
    {
        const int Keys = 3000;
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        await client.CallAsync(["MSET", .. Enumerable.Range(0, Keys).SelectMany(static key => new[] { $"key-{key}", "x" })]);
        HashSet<string> listed = [];
        var cursor = "0";
        do
        {
            var lines = (await client.CallAsync("SCAN", cursor, "COUNT", "50")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            // As JavaScript keeps it.
            var number = double.Parse(lines[2], CultureInfo.InvariantCulture);
            Assert.InRange(number, 0, 1L << 53);
            cursor = ((long)number).ToString(CultureInfo.InvariantCulture);
            Assert.Equal(lines[2], cursor);
            listed.UnionWith(lines.Where(static line => line.StartsWith("key-", StringComparison.Ordinal)));
        }
        while (cursor != "0");

        Assert.Equal(Keys, listed.Count);
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("a*b*c", "axxbxxc", true)]
    [InlineData("a*b*c", "axxbxx", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[c-a]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[abc", "c", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void Patterns_match_as_in_Redis(string pattern, string key, bool matches) =>
        Assert.Equal(matches, new KeyPattern(System.Text.Encoding.UTF8.GetBytes(pattern)).Matches(System.Text.Encoding.UTF8.GetBytes(key)));

    [Fact]
    public async Task Values_that_are_no_streams_take_no_more_memory_than_they_may()
    {
        await using var host = await ListenerHost.StartAsync(static options => options.MaxValueBytes = 10_000);
        using var client = await host.ConnectAsync();
        const string Full = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

        Assert.Equal("+OK\r\n", await client.CallAsync("SET", "a", new string('x', 20_000)));
        Assert.Equal(Full, await client.CallAsync("SET", "b", "x"));
        Assert.Equal(Full, await client.CallAsync("LPUSH", "b", "x"));
        Assert.Equal(Full, await client.CallAsync("COPY", "a", "b"));
        Assert.StartsWith("$", await client.CallAsync("XADD", "s", "*", "a", "1"));
        Assert.Equal(":1\r\n", await client.CallAsync("DEL", "a"));

        var pushed = 0;
        for (; await client.CallAsync("LPUSH", "l", "x") is not Full; pushed++)
            await client.CallAsync("SADD", "s2", $"{pushed}");
        Assert.InRange(pushed, 30, 100);
        await client.CallAsync("LPOP", "l", "1000");
        Assert.Equal("+OK\r\n", await client.CallAsync("SET", "b", "x"));
    }
}
