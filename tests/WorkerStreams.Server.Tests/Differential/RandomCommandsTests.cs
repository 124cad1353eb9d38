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
    public Task Each_command_is_answered_as_by_the_server(int seed) => CompareAsync("SELECT 0", story => new RandomCommands((1000 * seed) + story).Next);

    [Fact]
    public Task Each_command_is_answered_as_by_the_server_in_another_database() => CompareAsync("SELECT 9", static story => new RandomCommands(5000 + story).Next);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task Each_command_on_keys_of_any_type_is_answered_as_by_the_server(int seed) => CompareAsync("SELECT 0", story => new RandomKeyCommands((1000 * seed) + story).Next);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Each_append_that_is_to_be_done_once_is_answered_as_by_a_server_that_knows_it(int seed) =>
        CompareAsync("SELECT 0", story => new RandomAppendsOnce((1000 * seed) + story).Next, story => new RandomCommands((6000 * seed) + story).Next);

    // Servers before 8.6.2 are given other commands, where there are such.
    private static async Task CompareAsync(string first, Func<int, Func<string>> getCommands, Func<int, Func<string>>? getOlder = null)
    {
        const int Stories = 20, Commands = 150;
        await using var servers = await Servers.StartAsync();
        if (servers.Version < new Version(8, 6, 2))
            getCommands = getOlder ?? getCommands;
        for (var story = 0; story < Stories; story++)
        {
            var next = getCommands(story);
            List<string> given = ["RESET", "FLUSHALL", first];
            foreach (var line in given)
                await servers.CompareAsync(line, RespClient.Encode(CommandLine.Split(line)));
            for (var i = 0; i < Commands; i++)
            {
                var line = next();
                given.Add(line);
                if (await servers.CompareAsync(line, RespClient.Encode(CommandLine.Split(line))) is { } difference)
                    Assert.Fail($"{difference}\nafter\n{string.Join('\n', given)}");
            }
        }
    }
}
