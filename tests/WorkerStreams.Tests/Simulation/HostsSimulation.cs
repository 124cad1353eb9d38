using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkerStreams.Tests.Simulation;

/// <summary>
/// Two to four hosts on one engine, with handlers that fail at random, answers that are lost, processes that die, stall, stop and lose their way to the engine at
/// random between any two steps, and an engine whose clock is set, and which may crash where it is durable: what is promised of every entry holds after each step, and
/// the same seed tells the same story.
/// </summary>
public sealed class HostsSimulation
{
    private static readonly Lazy<IReadOnlyList<string>> Traces = Tell(isDurable: false), DurableTraces = Tell(isDurable: true);

    [Fact]
    public void Every_entry_is_handled_or_dead_lettered_and_never_by_two_at_once() => PlayAll("0-1999", isDurable: false);

    [Fact]
    public void Every_entry_is_so_on_a_durable_engine_that_crashes() => PlayAll("0-299", isDurable: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_seed_gives_one_history(bool isDurable)
    {
        Assert.Equal(Play(1, isDurable), Play(1, isDurable));
        Assert.NotEqual(Play(1, isDurable), Play(2, isDurable));
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

    [Theory]
    [InlineData("the engine crashes\n.* dies\n")]
    [InlineData("the engine crashes\n((?! dies).)*\n")]
    [InlineData("the engine crashes, in the midst of a checkpoint")]
    [InlineData("(the engine crashes(.|\n)*){3}")]
    public void Some_story_of_the_durable_engine_tells_of_it(string what) => Assert.Contains(DurableTraces.Value, trace => Regex.IsMatch(trace, what));

    private static Lazy<IReadOnlyList<string>> Tell(bool isDurable) => new(() => [.. Enumerable.Range(0, 50).Select(seed => string.Join('\n', Play(seed, isDurable)))]);

    // Those seeds, or those asked for: one, as 53, or several, as 0-4999. Side by side, each on one thread; the first seed that fails, whichever is first by the clock.
    private static void PlayAll(string seeds, bool isDurable)
    {
        var asked = (Environment.GetEnvironmentVariable("SIMULATION_SEEDS") ?? seeds).Split('-').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture)).ToList();
        var failures = new ConcurrentDictionary<long, Exception>();
        var run = Parallel.For(asked[0], asked[^1] + 1, (seed, others) =>
        {
            try
            {
                Play(seed, isDurable);
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

    private static IReadOnlyList<string> Play(int seed, bool isDurable)
    {
        using var story = new HostsStory(seed, isDurable);
        return story.Play();
    }
}
