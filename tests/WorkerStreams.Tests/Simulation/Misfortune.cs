namespace WorkerStreams.Tests.Simulation;

/// <summary>
/// Lets hosts die, stall, lose their way to the engine and stop, one or all in turn, between any two steps, and come back under the same name or another, or stay
/// away; starts one in place of another that is cut off for so long that it loses its name; sets the engine's clock; and lets the engine crash, with all hosts or alone.
/// </summary>
internal sealed class Misfortune
{
    /// <summary>Ends what a host is called here that is configured as another is.</summary>
    public const char Twin = '*';

    private const int MostMishaps = 8;

    // On average, until all have happened.
    private const int StepsPerMishap = 150;

    private const int LongestStallMs = 30_000;
    private const int LongestAbsenceMs = 60_000;
    private const int LongestOutageMs = 20_000;
    private const int LongestJumpMs = 60_000;
    private const int LongestRollMs = 20_000;

    private readonly SimulatedWorld _world;
    private readonly Random _random;
    private readonly Witness _witness;
    private readonly Func<string, SimulatedHost> _create;
    private readonly TimeSpan _hold;
    private readonly bool _alwaysReturn;
    private readonly bool _clockJumps;
    private readonly bool _engineCrashes;
    private readonly SimulatedProcess _itself;
    private readonly List<SimulatedHost> _hosts = [];
    private int _returning;
    private int _mishaps;

    /// <param name="world">The world.</param>
    /// <param name="witness">Hears of stops.</param>
    /// <param name="create">Makes a host.</param>
    /// <param name="lease">How long each host's are.</param>
    /// <param name="alwaysReturn">Every host comes back, under its name.</param>
    /// <param name="clockJumps">The engine's clock is set now and then.</param>
    /// <param name="engineCrashes">The engine crashes now and then; it is durable.</param>
    public Misfortune(
        SimulatedWorld world, Witness witness, Func<string, SimulatedHost> create, TimeSpan lease, bool alwaysReturn, bool clockJumps, bool engineCrashes)
    {
        (_world, _random, _witness, _create, _hold) = (world, world.Random, witness, create, 2 * lease);
        (_alwaysReturn, _clockJumps, _engineCrashes) = (alwaysReturn, clockJumps, engineCrashes);
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
        Action<SimulatedHost> mishap = _random.Next(_engineCrashes ? 14 : 9) switch
        {
            0 or 1 => Die,
            2 => Stop,
            3 => Roll,
            4 when _clockJumps => Jump,
            4 or 5 => host => Isolate(host, TimeSpan.FromMilliseconds(_random.Next(LongestOutageMs))),
            // Where leases are long, so are holds, and everyone comes back under its name.
            6 when !_alwaysReturn => Replace,
            > 8 => Crash,
            _ => host => Stall(host, TimeSpan.FromMilliseconds(_random.Next(LongestStallMs))),
        };
        mishap(_hosts[_random.Next(_hosts.Count)]);
    }

    private void Die(SimulatedHost host)
    {
        _world.Note($"{host.Name} dies");
        Leave(host);
    }

    private void Stall(SimulatedHost host, TimeSpan duration)
    {
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

    // Every call fails that begins meanwhile.
    private void Isolate(SimulatedHost host, TimeSpan duration)
    {
        _world.Note($"{host.Name} has no way to the engine for {duration}");
        host.OutUntil = _world.Time.GetUtcNow() + duration;
    }

    // Somebody takes it for dead that is not, and starts another under its name, before or after that has been free.
    private void Replace(SimulatedHost host)
    {
        var duration = _hold + TimeSpan.FromMilliseconds(_random.Next((int)_hold.TotalMilliseconds));
        if (_random.Next(2) == 0)
            Stall(host, duration);
        else
            Isolate(host, duration);
        _returning++;
        After(duration * (0.3 + (0.7 * _random.NextDouble())), () =>
        {
            _returning--;
            Start(host.Name + Twin);
        });
    }

    private void Jump(SimulatedHost _)
    {
        var distance = TimeSpan.FromMilliseconds(_random.Next(-LongestJumpMs, LongestJumpMs));
        _world.Note($"the engine's clock is set by {distance}");
        _world.EngineClock.Jump(distance);
    }

    // What is in no journal is gone. Mostly with its hosts, as it is where it runs in the process of one.
    private void Crash(SimulatedHost _)
    {
        _world.CrashEngine();
        if (_random.Next(3) == 0)
            return;
        foreach (var host in _hosts.ToArray())
            Die(host);
    }

    // A rolling restart.
    private void Roll(SimulatedHost _)
    {
        _world.Note("all are restarted in turn");
        var delay = TimeSpan.Zero;
        foreach (var host in _hosts.ToArray())
        {
            After(delay, () =>
            {
                if (_hosts.Contains(host))
                    Stop(host);
            });
            delay += TimeSpan.FromMilliseconds(_random.Next(LongestRollMs));
        }
    }

    private void Stop(SimulatedHost host)
    {
        _world.Note($"{host.Name} is told to stop");
        var toldAt = _world.Time.GetUtcNow();
        _ = host.Process.Run(async () =>
        {
            await host.StopAsync();
            _world.Note($"{host.Name} has stopped");
            _witness.Stopped(host, toldAt);
            Leave(host);
        });
    }

    private void Leave(SimulatedHost host)
    {
        // It may have been told to stop twice.
        if (!_hosts.Remove(host))
            return;
        host.Process.Kill();
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
