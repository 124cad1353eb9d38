using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Consuming;

namespace WorkerStreams.Tests.Simulation;

/// <summary>Knows what was published, sees what hosts do with it and what the engine grants them, and holds both against what is promised.</summary>
/// <param name="jobs">Where it all happens.</param>
/// <param name="options">The settings of all consumers.</param>
internal sealed class Witness(JobWorld jobs, StreamConsumerOptions options)
{
    /// <summary>What a dead letter tells that a handler has asked for.</summary>
    public const string AskedReason = "asked for";

    // The default time for shutdown, but for what the consumers leave to the host.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30) * 0.95;

    private readonly SimulatedWorld _world = jobs.World;
    private readonly Dictionary<StreamEntryId, WatchedEntry> _entries = [];
    private readonly Dictionary<StreamName, Hold> _holds = [];
    private Dictionary<StreamEntryId, PendingEntry> _pending = [];

    /// <summary>The promises that were not kept.</summary>
    public List<string> Broken { get; } = [];

    public void Published(StreamEntryId id, Fate fate) => _entries.Add(id, new(fate));

    /// <summary>A process has asked for a name, or for more time with it.</summary>
    public void Held(SimulatedProcess process, HoldRequest request, HoldResult held)
    {
        if (held.Holder != request.Holder)
            return;
        var hold = _holds.TryGetValue(request.Consumer, out var before) ? before : _holds[request.Consumer] = new();
        if (hold.Holder != request.Holder)
        {
            hold.IsShared = hold.Processes.Exists(static other => !other.IsDead);
            if (hold.IsShared)
                _world.Note($"the name {request.Consumer} is taken from one that lives");
            hold.Processes.Add(process);
            (hold.Holder, hold.TakenAt) = (request.Holder, _world.Time.GetUtcNow());
            // What is pending for the name is with it.
            Look();
            foreach (var pending in _pending.Values.Where(pending => pending.Consumer == request.Consumer))
                _entries[pending.Id].InHand.Clear();
        }
        hold.Until = _world.EngineClock.GetUtcNow() + held.Left;
    }

    /// <summary>A process gives a name up, if it has it.</summary>
    public void Left(StreamName consumer, StreamName holder)
    {
        if (_holds[consumer].Holder == holder)
            _holds[consumer].Until = default;
    }

    /// <summary>A handler is called.</summary>
    public void Begins(SimulatedHost host, StreamEntryId id, CancellationToken cancellation)
    {
        var entry = _entries[id];
        entry.Handlers.RemoveAll(static other => other.Process.IsDead);
        if (entry.Handlers.Find(other => !IsExcused(host, other)) is { } other)
            Break($"{host.Name} handles {id} while {other.Name} does");
        entry.Handlers.Add(host);
        entry.Begun.Add(host);
        entry.InHand.Add((host, cancellation));
    }

    /// <summary>The handler has had its effect.</summary>
    public void Handled(SimulatedHost host, StreamEntryId id)
    {
        _world.Note($"{host.Name} has handled {id}");
        _entries[id].IsHandled = true;
    }

    /// <summary>The handler has asked for something else than an acknowledgement. What it leaves pending anybody may have after a lease.</summary>
    public void Asks(SimulatedHost host, StreamEntryId id, Asked asked)
    {
        _entries[id].HasAsked.Add(asked);
        if (asked == Asked.LeavePending)
            _entries[id].InHand.RemoveAll(handler => handler.Host == host);
    }

    public void Ends(SimulatedHost host, StreamEntryId id) => _entries[id].Handlers.Remove(host);

    /// <summary>A host has stopped.</summary>
    public void Stopped(SimulatedHost host, DateTimeOffset toldAt)
    {
        Look();
        var (now, jumpedAt) = (_world.Time.GetUtcNow(), _world.EngineClock.JumpedAt);
        // It has stalled until nobody waits for it any more, or could not say what it hands back: that is found in a sweep.
        if (now - toldAt >= DrainTime || host.OutUntil >= toldAt)
            return;
        // By a clock that was set the idle time does not tell what was delivered to this host and what to one of its name before.
        if (jumpedAt is not null)
            return;
        foreach (var (id, entry) in _pending)
        {
            if (_holds[entry.Consumer] is { IsShared: false } hold && Holder(entry.Consumer) == host.Process && entry.Idle <= now - hold.TakenAt && !_entries[id].Begun.Contains(host))
                Break($"{id} is not handed back by {host.Name}");
        }
    }

    /// <summary>The engine is about to change what is pending, and has done so once at most since the last look.</summary>
    public void Look()
    {
        var before = _pending;
        _pending = jobs.PendingEntries.ToDictionary(static entry => entry.Id);
        foreach (var (id, was) in before)
        {
            var entry = _entries[id];
            if (!_pending.TryGetValue(id, out var now))
            {
                if (!entry.IsHandled && !entry.IsDead)
                    Break($"{id} is not pending any more and was not handled");
            }
            else if (now.DeliveryCount < was.DeliveryCount && !entry.IsReleased)
            {
                Break($"{id} had {was.DeliveryCount} deliveries and has {now.DeliveryCount} without a release");
            }
            entry.IsReleased = false;
        }
    }

    public void Claimed(StreamName consumer, EntryBatch claimed)
    {
        foreach (ref readonly var entry in claimed.Entries)
        {
            var id = entry.Id;
            if (!_pending.TryGetValue(id, out var pending))
            {
                // Whose lease holds by its own clock takes it that the group was lost: so it may be handled again, one after the other, where a clock was set.
                if (!HasJust(_world.EngineClock.JumpedAt) && !_entries[id].IsSettledAfterJump)
                    Break($"{consumer} claims {id}, which is not pending");
                continue;
            }
            var owner = pending.Consumer;
            _world.Note($"{consumer} claims {id} from {owner}");
            if (owner != consumer && IsKept(pending))
                Break($"{id} is taken from {owner}, which had it in hand");
            // One that comes back while its lost handler still runs is not begun, so as not to run twice: it waits for another sweep.
            _entries[id].InHand.RemoveAll(handler => owner != consumer || !_entries[id].Handlers.Contains(handler.Host));
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
            if (_holds[request.Owner] is var hold && hold.Holder != request.Holder && hold.Until > _world.EngineClock.GetUtcNow())
                Break($"{id} is settled for {request.Owner}, whose name another holds");
            if (kind == SettlementKind.Acknowledge && !_entries[id].IsHandled)
                Break($"{id} is acknowledged and was not handled");
            if (kind == SettlementKind.ReleaseUnstarted)
            {
                _entries[id].IsReleased = true;
                _entries[id].InHand.Clear();
            }
            _entries[id].IsDead |= kind == SettlementKind.DeadLetter;
            _entries[id].IsSettledAfterJump |= HasJust(_world.EngineClock.JumpedAt);
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
            if (!dead.Add(id) && _world.EngineClock.JumpedAt is null)
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
            AskedReason => _entries[id].HasAsked.Contains(Asked.DeadLetter),
            _ => deliveries > options.MaxDeliveries || (deliveries == options.MaxDeliveries && _entries[id].HasAsked.Contains(Asked.Retry)),
        };
        if (!isRight)
            Break($"{id}, {fate}, is dead after {deliveries} deliveries: {reason}");
    }

    // Who has no way to the engine is not: it goes by its own clock. But not even that tells of the engine's.
    private bool IsExcused(SimulatedHost beginner, SimulatedHost other) => beginner != other && (HasStalled(other) || HasJust(_world.EngineClock.JumpedAt));

    // The owner is well and has the entry in its handler, or has had it there, and has not told it to end.
    private bool IsKept(PendingEntry pending)
    {
        var entry = _entries[pending.Id];
        return entry.InHand.Exists(handler => handler.Host.Process == Holder(pending.Consumer) && !handler.Told.IsCancellationRequested && IsWell(handler.Host))
            && !HasJust(_world.EngineClock.JumpedAt);
    }

    private SimulatedProcess Holder(StreamName consumer) => _holds[consumer].Processes[^1];

    private bool IsWell(SimulatedHost host) => !host.Process.IsDead && !HasStalled(host) && !HasJust(host.OutUntil);

    // Until a lease later it may not have heard what it lost meanwhile.
    private bool HasStalled(SimulatedHost host) => HasJust(host.Process.StalledUntil);

    private bool HasJust(DateTimeOffset? at) => at > _world.Time.GetUtcNow() - options.MinIdleTime;

    private void Break(string what)
    {
        _world.Note($"BROKEN: {what}");
        Broken.Add(what);
    }

    private sealed class Hold
    {
        /// <summary>All that ever had the name, the last of which may have it now.</summary>
        public List<SimulatedProcess> Processes { get; } = [];

        public StreamName Holder { get; set; }

        public DateTimeOffset TakenAt { get; set; }

        /// <summary>By the engine's clock.</summary>
        public DateTimeOffset Until { get; set; }

        /// <summary>Whether one that had it before was alive when it was taken, and may have read under it since.</summary>
        public bool IsShared { get; set; }
    }

    private sealed class WatchedEntry(Fate fate)
    {
        public Fate Fate { get; } = fate;

        public bool IsHandled { get; set; }

        public bool IsDead { get; set; }

        /// <summary>When a clock had just been set: by whom it was claimed before its time, maybe, and who had it may not hear of it for long.</summary>
        public bool IsSettledAfterJump { get; set; }

        /// <summary>Since the last look.</summary>
        public bool IsReleased { get; set; }

        public HashSet<Asked> HasAsked { get; } = [];

        /// <summary>Where its handler runs.</summary>
        public List<SimulatedHost> Handlers { get; } = [];

        /// <summary>Where its handler was called.</summary>
        public HashSet<SimulatedHost> Begun { get; } = [];

        /// <summary>Where its handler was called since it was claimed or released, or runs since before.</summary>
        public List<(SimulatedHost Host, CancellationToken Told)> InHand { get; } = [];
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

/// <summary>What a handler asks for instead of an acknowledgement.</summary>
internal enum Asked
{
    Retry,
    DeadLetter,
    LeavePending,
}
