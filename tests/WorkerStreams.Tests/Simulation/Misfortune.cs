namespace WorkerStreams.Tests.Simulation;

/// <summary>Lets hosts die, stall and stop, between any two steps, and come back under the same name or another, or stay away.</summary>
internal sealed class Misfortune
{
    private const int MostMishaps = 8;

    // On average, until all have happened.
    private const int StepsPerMishap = 150;

    private const int LongestStallMs = 30_000;
    private const int LongestAbsenceMs = 60_000;

    private readonly SimulatedWorld _world;
    private readonly Random _random;
    private readonly Witness _witness;
    private readonly Func<string, SimulatedHost> _create;
    private readonly bool _alwaysReturn;
    private readonly SimulatedProcess _itself;
    private readonly List<SimulatedHost> _hosts = [];
    private int _returning;
    private int _mishaps;

    /// <param name="world">The world.</param>
    /// <param name="witness">Hears of stops.</param>
    /// <param name="create">Makes a host.</param>
    /// <param name="alwaysReturn">Every host comes back, under its name.</param>
    public Misfortune(SimulatedWorld world, Witness witness, Func<string, SimulatedHost> create, bool alwaysReturn)
    {
        (_world, _random, _witness, _create, _alwaysReturn) = (world, world.Random, witness, create, alwaysReturn);
        _itself = new(world.Loop);
        world.Loop.BeforeStep = Strike;
    }

    public void Start(string name)
    {
        _world.Note($"{name} starts");
        var host = _create(name);
        _hosts.Add(host);
        _ = host.StartAsync();
    }

    /// <summary>The process ends where it stands.</summary>
    public async Task DieAsync(SimulatedHost host)
    {
        Die(host);
        // The dead take no further step.
        await Task.Yield();
    }

    private void Strike()
    {
        if (_mishaps == MostMishaps || _hosts.Count == 0 || _random.Next(StepsPerMishap) > 0)
            return;
        _mishaps++;
        Action<SimulatedHost> mishap = _random.Next(4) switch { 0 => Die, 1 => Stop, _ => Stall };
        mishap(_hosts[_random.Next(_hosts.Count)]);
    }

    private void Die(SimulatedHost host)
    {
        _world.Note($"{host.Name} dies");
        Leave(host);
    }

    private void Stall(SimulatedHost host)
    {
        var duration = TimeSpan.FromMilliseconds(_random.Next(LongestStallMs));
        _world.Note($"{host.Name} stalls for {duration}");
        host.Process.Stall(_world.Time.GetUtcNow() + duration);
        After(duration, () =>
        {
            // Unless it has stalled again.
            if (host.Process.StalledUntil > _world.Time.GetUtcNow())
                return;
            _world.Note($"{host.Name} goes on");
            host.Process.Continue();
        });
    }

    private void Stop(SimulatedHost host)
    {
        _world.Note($"{host.Name} is told to stop");
        var toldAt = _world.Time.GetUtcNow();
        _ = host.Process.Run(async () =>
        {
            await host.StopAsync();
            _world.Note($"{host.Name} has stopped");
            _witness.Stopped(host, _world.Time.GetUtcNow() - toldAt);
            Leave(host);
        });
    }

    private void Leave(SimulatedHost host)
    {
        host.Process.Kill();
        _hosts.Remove(host);
        if (!_alwaysReturn && _hosts.Count + _returning > 0 && _random.Next(4) == 0)
            return;
        var name = _alwaysReturn || _random.Next(2) == 0 ? host.Name : host.Name + "'";
        _returning++;
        After(TimeSpan.FromMilliseconds(_random.Next(LongestAbsenceMs)), () =>
        {
            _returning--;
            Start(name);
        });
    }

    private void After(TimeSpan delay, Action act) => _ = _itself.Run(async () =>
    {
        await Task.Delay(delay, _world.Time);
        act();
    });
}
