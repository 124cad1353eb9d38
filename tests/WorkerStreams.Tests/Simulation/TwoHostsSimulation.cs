using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkerStreams.Tests.Simulation;

/// <summary>
/// Two hosts on one engine, with handlers that fail at random and processes that die, stall and stop at random between any two steps: what is
/// promised of every entry holds, and the same seed tells the same story.
/// </summary>
public sealed class TwoHostsSimulation
{
    private static readonly Lazy<IReadOnlyList<string>> Traces = new(() => [.. Enumerable.Range(0, 30).Select(seed => string.Join('\n', Play(seed)))]);

    /// <summary>Those of each test run, or those asked for: one, as <c>53</c>, or several, as <c>0-4999</c>.</summary>
    public static TheoryData<int> Seeds
    {
        get
        {
            var asked = (Environment.GetEnvironmentVariable("SIMULATION_SEEDS") ?? "0-199").Split('-').Select(seed => int.Parse(seed, CultureInfo.InvariantCulture)).ToList();
            return [.. Enumerable.Range(asked[0], asked[^1] - asked[0] + 1)];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_entry_is_handled_or_dead_lettered_and_never_by_two_at_once(int seed) => Play(seed);

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
        using var story = new TwoHostsStory(seed);
        return story.Play();
    }
}
