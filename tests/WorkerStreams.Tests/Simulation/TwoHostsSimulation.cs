using System.Globalization;
using WorkerStreams.Tests.Consuming;

namespace WorkerStreams.Tests.Simulation;

/// <summary>
/// Two hosts on one engine, with handlers that fail at random and processes that die at random between any two steps. Every entry published is
/// handled or dead-lettered in the end, nothing stays pending, and the same seed tells the same story.
/// </summary>
public sealed class TwoHostsSimulation
{
    private const int Jobs = 200;

    [Fact]
    public void One_seed_gives_one_history()
    {
        Assert.Equal(Play(1), Play(1));
        Assert.NotEqual(Play(1), Play(2));
    }

    [Fact]
    public void Nothing_is_lost_and_nothing_stays_pending()
    {
        for (var seed = 0; seed < 200; seed++)
            Play(seed);
    }

    private static List<string> Play(int seed)
    {
        using var jobs = new JobWorld(seed);
        var world = jobs.World;
        var handled = new HashSet<int>();
        var hosts = new Dictionary<string, SimulatedHost> { ["a"] = Start("a"), ["b"] = Start("b") };
        for (var number = 0; number < Jobs; number++)
        {
            jobs.Publish(number);
            world.Run(TimeSpan.FromMilliseconds(world.Random.Next(200)));
            if (world.Random.Next(20) == 0)
                Restart(world.Random.Next(2) == 0 ? "a" : "b");
        }
        var drained = world.Loop.Run(TimeSpan.FromHours(2), () => jobs.Pending == 0 && Lag() == 0);

        var deadLetters = jobs.DeadLetters.Select(letter => int.Parse(letter["number"], CultureInfo.InvariantCulture)).ToHashSet();
        var lost = Enumerable.Range(0, Jobs).Where(number => !handled.Contains(number) && !deadLetters.Contains(number)).ToList();
        Assert.True(drained && lost.Count == 0, $"Seed {seed}: drained {drained}, lost [{string.Join(", ", lost)}].\n{string.Join('\n', world.Trace)}");
        return world.Trace;

        long? Lag() => JobWorld.Now(jobs.Engine.GetGroupsAsync(JobWorld.Jobs))[0].Lag;

        void Restart(string name)
        {
            world.Note($"{name} dies");
            hosts[name].Process.Kill();
            hosts[name] = Start(name);
        }

        SimulatedHost Start(string name)
        {
            world.Note($"{name} starts");
            return jobs.Start(name, async (job, context, cancellation) =>
            {
                world.Note($"{name} runs {job.Number}, delivery {context.DeliveryCount}");
                await Task.Delay(TimeSpan.FromMilliseconds(world.Random.Next(500)), world.Time, cancellation);
                if (world.Random.Next(4) == 0)
                    throw new InvalidOperationException("chance");
                handled.Add(job.Number);
            });
        }
    }
}
