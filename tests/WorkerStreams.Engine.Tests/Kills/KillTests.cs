using System.Globalization;
using Xunit;

namespace WorkerStreams.Engine.Tests.Kills;

/// <summary>
/// A process that works on a folder is killed at a random moment and started again, as often as <c>WORKERSTREAMS_ENGINE_KILLS</c> says. Seeds give the commands and the moments,
/// as far as the machine lets them; <c>WORKERSTREAMS_ENGINE_KILLS_SEED</c> gives others.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Tasks = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kills-");
    private readonly OwnLedger[] _own = [.. Enumerable.Range(0, Tasks).Select(static task => new OwnLedger(task))];
    private readonly SharedLedger _shared = new();
    private readonly List<string> _before = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_call_that_returned_survives_and_of_those_under_way_all_or_nothing()
    {
        var (kills, seed) = (Setting("WORKERSTREAMS_ENGINE_KILLS", 10), Setting("WORKERSTREAMS_ENGINE_KILLS_SEED", 1));
        var random = new Random(seed);
        var calls = 0;
        for (var kill = 1; kill <= kills; kill++)
        {
            _now += TimeSpan.FromMilliseconds(random.Next(1, 4_000));
            var work = random.Next();
            using var worker = KilledWorker.Start(_folder.FullName, work, Tasks, _now, isMemoryShort: random.Next(2) == 0);
            // Now and then while it reads what is there, mostly while it works.
            var told = await worker.TellAndDieAsync(random.Next(0, 3_000), random.Next(8) == 0 ? TimeSpan.FromMilliseconds(random.Next(0, 400)) : null);
            calls += await CheckAsync(told, work, $"Seed {seed}, kill {kill}, work {work}");
        }
        var (happened, not) = (_own.Sum(static own => own.UnderWay.Happened), _own.Sum(static own => own.UnderWay.Not));
        output.WriteLine($"{kills} kills, {calls} calls on own streams returned; of those under way {happened} had happened and {not} had not, or had changed nothing.");
        Assert.True(calls > 0);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<int> CheckAsync(List<string> told, int seed, string which)
    {
        var (calls, at) = (0, -1);
        try
        {
            var found = told.IndexOf(KilledWorker.Found);
            if (found < 0)
                return 0;
            for (var task = 0; task < Tasks; task++)
                await _own[task].CheckAsync(State(told.Take(found), $"own-{task}"), seed + task, _now);
            _shared.Check(State(told.Take(found), "shared"));
            for (at = found + 1; at < told.Count; at++)
                calls += await TakeAsync(told[at]) ? 1 : 0;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            var story = at < 0 ? _before.Concat(told.Where(static line => line.StartsWith("log ", StringComparison.Ordinal))) : told.Take(at + 1);
            var text = $"{which}: {failure.Message}\nThe last that was told:\n{string.Join('\n', story.TakeLast(40))}";
            throw new InvalidOperationException(text.Replace('\0', '0'), failure);
        }
        _before.Clear();
        _before.AddRange(told.TakeLast(40));
        return calls;
    }

    // Whether a call has returned.
    private async Task<bool> TakeAsync(string line)
    {
        if (line.Split(' ', 3) is not [var who, (">" or "<") and var sign, var words])
            return false;
        var (isOwn, task, returned) = (who.StartsWith("own", StringComparison.Ordinal), int.Parse(who[(who.IndexOf('-') + 1)..], CultureInfo.InvariantCulture), sign == "<");
        if (!isOwn && returned)
            _shared.Returned($"c{task}", words);
        else if (!isOwn)
            _shared.Begins($"c{task}", words);
        else if (returned)
            await _own[task].ReturnedAsync(words);
        else
            _own[task].Begins(words);
        return isOwn && returned;
    }

    private static List<string> State(IEnumerable<string> told, string whose) =>
        [.. told.Where(line => line.StartsWith($"state {whose} ", StringComparison.Ordinal)).Select(line => line[$"state {whose} ".Length..])];

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
