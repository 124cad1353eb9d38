using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Consuming;

namespace WorkerStreams.Tests.Simulation;

/// <summary>Knows what was published, sees what hosts do with it and what the engine grants them, and holds both against what is promised.</summary>
/// <param name="jobs">Where it all happens.</param>
/// <param name="options">The settings of all consumers.</param>
internal sealed class Witness(JobWorld jobs, StreamConsumerOptions options)
{
    // The engine has a released entry idle since 1970.
    private static readonly TimeSpan Released = TimeSpan.FromDays(365);

    // The default time for shutdown, but for what the consumers leave to the host.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30) * 0.95;

    private readonly SimulatedWorld _world = jobs.World;
    private readonly Dictionary<StreamEntryId, WatchedEntry> _entries = [];
    private Dictionary<StreamEntryId, PendingEntry> _pending = [];

    /// <summary>The promises that were not kept.</summary>
    public List<string> Broken { get; } = [];

    public void Published(StreamEntryId id, Fate fate) => _entries.Add(id, new(fate));

    /// <summary>A handler is called.</summary>
    public void Begins(SimulatedHost host, StreamEntryId id)
    {
        var entry = _entries[id];
        entry.Handlers.RemoveAll(static other => other.Process.IsDead);
        if (entry.Handlers.Find(other => !IsExcused(host, other)) is { } other)
            Break($"{host.Name} handles {id} while {other.Name} does");
        entry.Handlers.Add(host);
        entry.Begun.Add(host);
        entry.InHand.Add(host);
    }

    /// <summary>The handler has had its effect.</summary>
    public void Handled(SimulatedHost host, StreamEntryId id)
    {
        _world.Note($"{host.Name} has handled {id}");
        _entries[id].IsHandled = true;
    }

    public void Ends(SimulatedHost host, StreamEntryId id) => _entries[id].Handlers.Remove(host);

    /// <summary>A host has stopped, so long after it was told to.</summary>
    public void Stopped(SimulatedHost host, TimeSpan taken)
    {
        // It has stalled until nobody waits for it any more: what it had is found in a sweep.
        if (taken >= DrainTime)
            return;
        Look();
        var lifetime = _world.Time.GetUtcNow() - host.StartedAt;
        foreach (var (id, entry) in _pending)
        {
            if (entry.Consumer == host.Name && entry.Idle <= lifetime && !_entries[id].Begun.Contains(host))
                Break($"{id} is not handed back by {host.Name}");
        }
    }

    /// <summary>The engine is about to change what is pending.</summary>
    public void Look() => _pending = jobs.PendingEntries.ToDictionary(static entry => entry.Id);

    public void Claimed(StreamName consumer, EntryBatch claimed)
    {
        foreach (ref readonly var entry in claimed.Entries)
        {
            var (id, owner) = (entry.Id, _pending[entry.Id].Consumer);
            _world.Note($"{consumer} claims {id} from {owner}");
            if (owner != consumer && IsKept(_pending[id]))
                Break($"{id} is taken from {owner}, which had it in hand");
            // One that comes back while its lost handler still runs is not begun, so as not to run twice: it waits for another sweep.
            if (owner != consumer)
                _entries[id].InHand.Clear();
        }
    }

    public void Settled(SettleRequest request, ReadOnlySpan<SettlementOutcome> outcomes)
    {
        for (var i = 0; i < outcomes.Length; i++)
        {
            var (id, kind) = (request.Settlements.Span[i].Id, request.Settlements.Span[i].Kind);
            _world.Note($"{request.Owner} settles {id}: {kind} {outcomes[i]}");
            if (outcomes[i] != SettlementOutcome.Done)
                continue;
            if (_pending[id].Consumer is var owner && owner != request.Owner)
                Break($"{request.Owner} settles {id}, which is {owner}'s");
            if (kind == SettlementKind.Acknowledge && !_entries[id].IsHandled)
                Break($"{id} is acknowledged and was not handled");
        }
    }

    /// <summary>Whatever was delivered and is not pending is handled or a dead letter.</summary>
    public void Check()
    {
        Look();
        var delivered = JobWorld.Now(jobs.Engine.GetGroupsAsync(JobWorld.Jobs))[0].LastDeliveredId;
        var dead = new HashSet<StreamEntryId>();
        foreach (var letter in jobs.DeadLetters)
        {
            var id = StreamEntryId.Parse(letter["dead:id"]);
            CheckReason(id, letter);
            if (!dead.Add(id))
                Break($"{id} is dead twice");
        }
        foreach (var (id, entry) in _entries)
        {
            if (id <= delivered && !_pending.ContainsKey(id) && !entry.IsHandled && !dead.Contains(id))
                Break($"{id} is lost");
        }
    }

    private void CheckReason(StreamEntryId id, Dictionary<string, string> letter)
    {
        var (fate, reason, deliveries) = (_entries[id].Fate, letter["dead:reason"], int.Parse(letter["dead:deliveries"], CultureInfo.InvariantCulture));
        var isRight = reason switch
        {
            "undecodable" => fate == Fate.Undecodable,
            "handler-failed" => deliveries == options.MaxDeliveries,
            _ => deliveries > options.MaxDeliveries,
        };
        if (!isRight)
            Break($"{id}, {fate}, is dead after {deliveries} deliveries: {reason}");
    }

    private bool IsExcused(SimulatedHost beginner, SimulatedHost other) =>
        beginner != other && HasStalled(other);

    // The owner is well and has the entry in its handler, or has had it there and did not release it.
    private bool IsKept(PendingEntry pending)
    {
        var entry = _entries[pending.Id];
        return pending.Idle < Released && entry.InHand.Exists(host => host.Name == pending.Consumer && !host.Process.IsDead && !HasStalled(host));
    }

    // Until a lease later it may not have heard what it lost meanwhile.
    private bool HasStalled(SimulatedHost host) => host.Process.StalledUntil > _world.Time.GetUtcNow() - options.MinIdleTime;

    private void Break(string what)
    {
        _world.Note($"BROKEN: {what}");
        Broken.Add(what);
    }

    private sealed class WatchedEntry(Fate fate)
    {
        public Fate Fate { get; } = fate;

        public bool IsHandled { get; set; }

        /// <summary>Where its handler runs.</summary>
        public List<SimulatedHost> Handlers { get; } = [];

        /// <summary>Where its handler was called.</summary>
        public HashSet<SimulatedHost> Begun { get; } = [];

        /// <summary>Where its handler was called since it was taken from another.</summary>
        public List<SimulatedHost> InHand { get; } = [];
    }
}

/// <summary>What a message does to those who handle it, besides what chance does.</summary>
internal enum Fate
{
    Harmless,

    /// <summary>It holds no message of the handler's type.</summary>
    Undecodable,

    /// <summary>Its handler always throws.</summary>
    Poisonous,

    /// <summary>Its handler takes its process with it.</summary>
    Deadly,
}
