using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkerStreams.Tests.Simulation;

/// <summary>
/// Two to four hosts on one engine, with handlers that fail at random, answers that are lost, processes that die, stall, stop and lose their way to the engine at
/// random between any two steps, and an engine whose clock is set: what is promised of every entry holds after each step, and the same seed tells the same story.
/// </summary>
public sealed class HostsSimulation
{
    private static readonly Lazy<IReadOnlyList<string>> Traces = new(() => [.. Enumerable.Range(0, 50).Select(seed => string.Join('\n', Play(seed)))]);

    // Those of each test run, or those asked for: one, as 53, or several, as 0-4999.
    private static (int First, int Last) Seeds
    {
        get
        {
            var asked = (Environment.GetEnvironmentVariable("SIMULATION_SEEDS") ?? "0-1999").Split('-').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture)).ToList();
            return (asked[0], asked[^1]);
        }
    }

    // Side by side, each on one thread; the first seed that fails, whichever is first by the clock.
    [Fact]
    public void Every_entry_is_handled_or_dead_lettered_and_never_by_two_at_once()
    {
        var (first, last) = Seeds;
        var failures = new ConcurrentDictionary<long, Exception>();
        var run = Parallel.For(first, last + 1, (seed, others) =>
        {
            try
            {
                Play(seed);
            }
            catch (Exception failure)
            {
                failures[seed] = failure;
                others.Break();
            }
        });
        if (run.LowestBreakIteration is { } failed)
            Assert.Fail($"Seed {failed}: {failures[failed].Message}");
    }

    [Fact]
    public void One_seed_gives_one_history()
    {
        Assert.Equal(Play(1), Play(1));
        Assert.NotEqual(Play(1), Play(2));
    }

    [Theory]
    [InlineData(" dies")]
    [InlineData(" stalls ")]
    [InlineData(" has stopped")]
    [InlineData(" has no way to the engine")]
    [InlineData(" is refused the ")]
    [InlineData(" asks for .*: Retry")]
    [InlineData(" asks for .*: DeadLetter")]
    [InlineData(" asks for .*: LeavePending")]
    [InlineData("the engine's clock is set by -")]
    [InlineData("the engine's clock is set by 0")]
    [InlineData("all are restarted in turn")]
    [InlineData("d begins ")]
    [InlineData("is taken from one that lives")]
    [InlineData(": Undecodable")]
    [InlineData(": Poisonous")]
    [InlineData(": Deadly")]
    [InlineData(" asks for settle")]
    [InlineData("b claims .* from a")]
    [InlineData("a begins .*, delivery 3")]
    [InlineData(": Acknowledge Done")]
    [InlineData(": Renew Done")]
    [InlineData(": .* (NotOwner|NotPending)")]
    [InlineData(": ReleaseUnstarted Done")]
    [InlineData(": DeadLetter Done")]
    [InlineData(@"(\S+) has handled .*\n\S+ \1 dies\n")]
    public void Some_story_tells_of_it(string what) => Assert.Contains(Traces.Value, trace => Regex.IsMatch(trace, what));

    private static IReadOnlyList<string> Play(int seed)
    {
        using var story = new HostsStory(seed);
        return story.Play();
    }
}
