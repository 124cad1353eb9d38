using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using WorkerStreams.Redis.Tests.Contracts;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Differential;

/// <summary>Commands at random do in process what they do on a real server.</summary>
[Collection(nameof(DifferentialTests))]
[CollectionDefinition(nameof(DifferentialTests), DisableParallelization = true)]
public sealed class DifferentialTests(RedisServer server, ITestOutputHelper output)
{
    private const string Variable = "WORKERSTREAMS_SEEDS";
    private const int Lanes = 8, MostTries = 3, MostShown = 5;

    // A read that waits asks anew after 5 seconds, and stands at the end of the queue then; and after 3 no read is waited for any more until it waits.
    private static readonly TimeSpan OneTurn = TimeSpan.FromSeconds(2.5);

    private readonly ConcurrentQueue<(int Seed, string Text)> _differing = [];

    [Fact]
    public Task The_engine_in_process_and_the_server_reply_alike() => CompareAsync("1-2000", isDurable: false);

    [Fact]
    public Task The_durable_engine_which_crashes_and_the_server_reply_alike() => CompareAsync("1-500", isDurable: true);

    private async Task CompareAsync(string seeds, bool isDurable)
    {
        server.Require();
        var (first, last) = Seeds(seeds);
        output.WriteLine($"seeds {first} to {last}, on Redis {server.Version}{(server.IsValkey ? ", Valkey" : "")}");
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        // Small nodes, so that few entries fill several.
        await client.GetServers()[0].ConfigSetAsync("stream-node-max-entries", 3);
        var next = first - 1;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => TellStoriesAsync(client, Next, isDurable)));
        }
        finally
        {
            await client.GetServers()[0].ConfigSetAsync("stream-node-max-entries", 100);
        }
        Assert.True(_differing.IsEmpty, string.Join('\n', _differing.OrderBy(story => story.Seed).Select(story => story.Text)));

        int? Next() => _differing.Count < MostShown && Interlocked.Increment(ref next) is var seed && seed <= last ? seed : null;
    }

    private async Task TellStoriesAsync(IConnectionMultiplexer control, Func<int?> next, bool isDurable)
    {
        using var resp2 = new Connections(server, RedisProtocol.Resp2, control);
        using var resp3 = new Connections(server, RedisProtocol.Resp3, control);
        while (next() is { } seed)
            await TellAsync(seed % 2 == 0 ? resp2 : resp3, seed, isDurable);
    }

    private async Task TellAsync(Connections connections, int seed, bool isDurable)
    {
        for (var tries = 1; ; tries++)
        {
            var begun = TimeProvider.System.GetTimestamp();
            using var story = new Story(connections, ServerTraits.Of(server), seed, isDurable);
            if (await story.TellAsync())
                return;
            // One that took so long proves nothing.
            if (tries < MostTries && TimeProvider.System.GetElapsedTime(begun) > OneTurn)
                continue;
            _differing.Enqueue((seed, $"""
                Seed {seed}: the replies differ, the server's is after the #.
                {story}
                To see it again: {Variable}={seed} dotnet test -c Release --project tests/WorkerStreams.Redis.Tests --filter-class "*.{nameof(DifferentialTests)}"
                """));
            return;
        }
    }

    private static (int First, int Last) Seeds(string otherwise)
    {
        var seeds = (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : otherwise).Split('-');
        return (int.Parse(seeds[0], CultureInfo.InvariantCulture), int.Parse(seeds[^1], CultureInfo.InvariantCulture));
    }
}
