using System.Reflection;
using WorkerStreams.Server.Commands;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>Hundreds of command lines, right and wrong, are answered byte for byte as a redis-server answers them.</summary>
public sealed class CommandLinesTests
{
    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(2, false, 9)]
    public async Task Each_line_is_answered_as_by_the_server(int version, bool inline, int database = 0)
    {
        await using var servers = await Servers.StartAsync();
        if (version == 3)
            await servers.UseResp3Async();
        List<string> differences = [];
        foreach (var line in LinesFor(servers.Version).Select(line => line == "SELECT 0" ? $"SELECT {database}" : line))
        {
            if (await servers.CompareAsync(line, inline ? line + "\r\n" : RespClient.Encode(CommandLine.Split(line))) is { } difference)
                differences.Add(difference);
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void There_are_hundreds_of_them() => Assert.InRange(LinesFor(new(8, 6, 2)).Count, 300, 10_000);

    /// <summary>What COMMAND INFO tells before the categories.</summary>
    [Fact]
    public async Task Commands_have_the_arity_the_flags_and_the_keys_that_they_have_in_Redis()
    {
        await using var servers = await Servers.StartAsync();
        List<string> differences = [];
        foreach (var command in CommandTable.Standard.All.SelectMany(static command => command.Subcommands.Prepend(command)))
        {
            var line = $"COMMAND INFO {command.Name}";
            if (await servers.KnowsAsync(command.Name) && await servers.CompareAsync(line, line + "\r\n") is { } difference)
                differences.Add(difference);
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static List<string> LinesFor(Version server) => server < new Version(8, 6, 2) ? Lines("command-lines.txt") : [.. Lines("command-lines.txt"), .. Lines("command-lines-8.6.txt")];

    private static List<string> Lines(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith('#')).ToList();
    }
}
