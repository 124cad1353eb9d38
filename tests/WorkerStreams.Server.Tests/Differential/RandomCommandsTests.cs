using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>Commands at random are answered byte for byte as a redis-server answers them.</summary>
public sealed class RandomCommandsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Each_command_is_answered_as_by_the_server(int seed)
    {
        const int Stories = 20, Commands = 150;
        await using var servers = await Servers.StartAsync();
        for (var story = 0; story < Stories; story++)
        {
            var commands = new RandomCommands((1000 * seed) + story);
            List<string> given = ["FLUSHALL"];
            await servers.CompareAsync(given[0], RespClient.Encode(given[0]));
            for (var i = 0; i < Commands; i++)
            {
                var line = commands.Next();
                given.Add(line);
                if (KnownDifference.IsGiven(line) && await servers.CompareAsync(line, RespClient.Encode(CommandLine.Split(line))) is { } difference)
                    Assert.Fail($"{difference}\nafter\n{string.Join('\n', given)}");
            }
        }
    }
}
