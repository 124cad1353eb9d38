using System.Diagnostics.CodeAnalysis;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>The streams of some hash slots, who waits for them, and the lock that guards both.</summary>
internal sealed class Shard(StreamStore store)
{
    // In bytes.
    private const int LargeRecord = 1024 * 1024;

    private Gate _gate;
    private readonly Dictionary<StreamName, StreamState> _streams = [];
    private readonly Dictionary<StreamName, LinkedList<Waiter>> _waiting = [];
    private StreamState? _recent;
    private Waiter? _woken;
    private Waiter? _lastWoken;
    private ChangeWriter? _changes;
    private long _lastSequence;
    private long _reserved;
    private Dictionary<StreamName, List<KeyWatch>>? _watches;
    // The streams about which those who wait are yet to be told.
    private HashSet<StreamName>? _held;
    // While those who wait are served: the groups whose alarms are to be set once that is done.
    private HashSet<GroupState>? _changed;
    private bool _isServing;

    public StreamStore Store { get; } = store;

    /// <summary>The time for new ids.</summary>
    public EntryClock EntryClock { get; } = new(store.Options.TimeProvider, store.Ids);

    public bool IsClosed { get; private set; }

    /// <summary>How often commands have changed something here, counted as <see cref="IKeySpace.CountChanges"/> tells. Guarded by the lock.</summary>
    public long Changes { get; set; }

    /// <summary>The chunks that are on the disk, too; null where none is.</summary>
    public ChunkCache? Chunks { get; set; }

    /// <summary>The last record of what has changed here, once the lock was given back.</summary>
    public long LastSequence => Volatile.Read(ref _lastSequence);

    /// <summary>Takes the lock for one command.</summary>
    /// <param name="reserved">The room that was reserved for what it will change.</param>
    /// <exception cref="StreamEngineException">The engine is closed.</exception>
    public ShardScope Enter(long reserved = 0)
    {
        Lock();
        _reserved += reserved;
        if (!IsClosed)
            return new(this);
        Unlock();
        throw Errors.Closed();
    }

    public void Lock() => _gate.Enter();

    /// <summary>Takes the lock for what is no command.</summary>
    public HeldShard Hold()
    {
        Lock();
        return new(this);
    }

    public void Unlock()
    {
        if (_changes is null)
            _gate.Exit();
        else
            EndRecordAndUnlock();
    }

    /// <summary>Gives the lock back, and only then tells those whom the command woke, the oldest waiter first, and what they were given is safe.</summary>
    public void Leave()
    {
        if (UnlockAndTakeWoken() is { } woken)
            Waiter.Complete(woken, Store.CommitAsync(LastSequence));
    }

    /// <summary>The streams there are.</summary>
    public List<StreamName> GetNames()
    {
        using (Hold())
            return [.. _streams.Keys];
    }

    /// <summary>What a stream is now, or null. Takes the lock itself.</summary>
    public KeyStamp? GetStamp(StreamName name)
    {
        using (Hold())
            return StampOf(name);
    }

    /// <summary>Has somebody told whether a stream changes, until <see cref="Unwatch"/>. Takes the lock itself.</summary>
    public KeyWatch Watch(StreamName name)
    {
        using var held = Hold();
        var watch = new KeyWatch(this, name, StampOf(name));
        _watches ??= [];
        if (!_watches.TryGetValue(name, out var watches))
            _watches.Add(name, watches = []);
        watches.Add(watch);
        return watch;
    }

    public void Unwatch(KeyWatch watch)
    {
        using var held = Hold();
        if (_watches!.TryGetValue(watch.Key, out var watches) && watches.Remove(watch) && watches.Count == 0)
            _watches.Remove(watch.Key);
    }

    /// <summary>From now on what changes is written down.</summary>
    public ChangeWriter WriteChanges() => _changes ??= new();

    /// <summary>Room was reserved for what a command will change. Under the lock.</summary>
    public void HasReserved(long bytes) => _reserved += bytes;

    /// <summary>Whether so many bytes may be told for which nothing was reserved. Not where a full disk has no room to spare for them.</summary>
    public bool MayExceed(long bytes) => _changes is null || Store.Journal!.MayExceed(_changes.Written.Length - _reserved + bytes);

    /// <summary>What has changed so far becomes a record, if it is much: only between changes of which one without the other will do.</summary>
    public void EndLargeRecord()
    {
        if (_changes is { Written.Length: >= LargeRecord })
            Write(reserved: 0);
    }

    /// <summary>What has changed so far becomes a record, which also tells of what has changed in another shard, whose lock the caller holds too.</summary>
    public void EndRecordOf(Shard other)
    {
        if (_changes is null)
            return;
        Write(_reserved);
        _reserved = 0;
        Volatile.Write(ref other._lastSequence, Math.Max(other._lastSequence, _lastSequence));
    }

    public bool TryGet(StreamName name, [NotNullWhen(true)] out StreamState? stream)
    {
        stream = _recent;
        if (stream is not null && stream.Name == name)
            return true;
        if (!_streams.TryGetValue(name, out stream))
            return false;
        _recent = stream;
        return true;
    }

    /// <summary>The group, and its stream.</summary>
    public bool TryGet(StreamName name, StreamName groupName, [NotNullWhen(true)] out StreamState? stream, [NotNullWhen(true)] out GroupState? group)
    {
        group = null;
        return TryGet(name, out stream) && stream.TryGetGroup(groupName, out group);
    }

    /// <param name="name">The name of a stream that is not there.</param>
    /// <param name="number">Its number, or null for one of its own.</param>
    public StreamState Create(StreamName name, long? number = null)
    {
        var stream = new StreamState(name, number ?? Store.NextNumber(), Store.Grain, Store.Meter, Chunks) { Changes = _changes };
        _streams.Add(name, stream);
        Touch(name);
        _changes?.Created(stream);
        // One that is replayed was told what it is to be.
        if (number is null)
            stream.SetIdempotency(Store.Idempotency);
        return stream;
    }

    /// <summary>A consumer tries something, and is made where the group does not know it.</summary>
    public ConsumerState See(GroupState group, StreamName consumer, long now)
    {
        var seen = group.See(consumer, now, out var isNew);
        Changes += isNew ? 1 : 0;
        return seen;
    }

    public void Remove(StreamState stream) => Remove(stream, this);

    /// <param name="stream">The stream, which is here.</param>
    /// <param name="telling">The shard whose record tells of it.</param>
    public void Remove(StreamState stream, Shard telling)
    {
        _recent = null;
        telling._changes?.Removed(stream);
        _streams.Remove(stream.Name);
        Touch(stream.Name);
        stream.Clear();
    }

    /// <summary>The waiter queues up for a stream, which need not exist.</summary>
    public LinkedListNode<Waiter> Enqueue(StreamName stream, Waiter waiter)
    {
        if (!_waiting.TryGetValue(stream, out var queue))
            _waiting.Add(stream, queue = []);
        return queue.AddLast(waiter);
    }

    /// <summary>The waiter queues for this stream no more. Takes the lock itself.</summary>
    public void Dequeue(StreamName stream, LinkedListNode<Waiter> node)
    {
        using (Hold())
            DequeueLocked(stream, node);
    }

    /// <summary>Entries of the stream may have become available: who waits for them is served, in the order of arrival.</summary>
    public void ServeWaiters(StreamState stream)
    {
        if (_waiting.Count == 0 || TryHold(stream.Name))
            return;
        BeginServing();
        try
        {
            ServeQueue(stream, ofAll: false);
        }
        finally
        {
            EndServing();
        }
    }

    /// <summary>Who waits for the stream is told of it by <see cref="StreamStore.ServeHeld"/>, whatever becomes of it meanwhile.</summary>
    public void HoldWaiters(StreamName stream)
    {
        if (_waiting.ContainsKey(stream))
            (_held ??= []).Add(stream);
    }

    /// <summary>Whether there are streams about which nobody was told yet. Takes the lock itself, for who has it may be about to hold one.</summary>
    public bool HasHeld
    {
        get
        {
            using (Hold())
                return _held is not null;
        }
    }

    /// <summary>Who waits for such streams is served by what they and others are now, or fails where the group is gone. The caller holds the locks of all shards.</summary>
    public void ServeHeld()
    {
        var held = _held ?? [];
        _held = null;
        foreach (var name in held)
        {
            FailOrphans(name);
            if (TryGet(name, out var stream))
                ServeQueue(stream, ofAll: true);
        }
    }

    /// <summary>Gives the lock back.</summary>
    /// <returns>The first of those whom the caller woke, and has to complete.</returns>
    public Waiter? UnlockAndTakeWoken()
    {
        var woken = _woken;
        (_woken, _lastWoken) = (null, null);
        Unlock();
        return woken;
    }

    /// <summary>Entries of the group have become pending, or older: who waits to claim them is to know when.</summary>
    public void SetAlarms(GroupState group)
    {
        if (_isServing)
        {
            (_changed ??= []).Add(group);
            return;
        }
        if (!_waiting.TryGetValue(group.Stream.Name, out var queue))
            return;
        foreach (var waiter in queue)
            waiter.Alarm?.Advance(group);
    }

    /// <summary>From now on those who wait are served, and their alarms set only by <see cref="EndServing"/>: each that is served would have to go through all the others.</summary>
    public void BeginServing() => _isServing = true;

    /// <summary>All that could be served are: the alarms of the others are set, once for each group.</summary>
    public void EndServing()
    {
        _isServing = false;
        if (_changed is null)
            return;
        foreach (var group in _changed)
            SetAlarms(group);
        _changed = null;
    }

    /// <summary>Entries of the group may have become old enough to be claimed at once.</summary>
    public void ServeClaims(StreamState stream, GroupState group)
    {
        if (group.IsClaimedByAge)
            ServeWaiters(stream);
    }

    /// <summary>The group, or with the stream every group, is gone: who waits in it is told so.</summary>
    public void FailWaiters(StreamName stream, StreamName? group)
    {
        if (!_waiting.TryGetValue(stream, out var queue) || TryHold(stream))
            return;
        for (var (node, next) = (queue.First, queue.First?.Next); node is not null; (node, next) = (next, next?.Next))
        {
            if (node.Value.Group is { } waiting && waiting == (group ?? waiting))
                Fail(stream, node, Errors.NoGroupToRead(stream, waiting));
        }
    }

    /// <summary>Every stream goes, every waiter fails, and so does every later command.</summary>
    public void Close()
    {
        Lock();
        using var scope = new ShardScope(this);
        IsClosed = true;
        foreach (var (name, queue) in _waiting)
        {
            for (var (node, next) = (queue.First, queue.First?.Next); node is not null; (node, next) = (next, next?.Next))
                Fail(name, node, Errors.Closed());
        }
        foreach (var stream in _streams.Values)
            stream.Clear();
        _streams.Clear();
        _recent = null;
    }

    private KeyStamp? StampOf(StreamName name) => TryGet(name, out var stream) ? new(stream.Number, stream.Version) : null;

    private void Touch(StreamName name)
    {
        if (_watches is not null && _watches.TryGetValue(name, out var watches))
            watches.ForEach(static watch => watch.Touch());
    }

    private bool TryHold(StreamName stream)
    {
        if (!Store.AreReadsHeld)
            return false;
        HoldWaiters(stream);
        return true;
    }

    private void FailOrphans(StreamName name)
    {
        if (!_waiting.TryGetValue(name, out var queue))
            return;
        for (var (node, next) = (queue.First, queue.First?.Next); node is not null; (node, next) = (next, next?.Next))
        {
            if (node.Value.Group is { } group && !TryGet(name, group, out _, out _))
                Fail(name, node, Errors.NoGroupToRead(name, group));
        }
    }

    private void EndRecordAndUnlock()
    {
        try
        {
            var reserved = _reserved;
            _reserved = 0;
            // What has no weight is not to use up what a full disk has left.
            if (!_changes!.HasWeight && !Store.Journal!.HasRoomToSpare)
                _changes.Clear();
            if (!_changes.Written.IsEmpty)
                Write(reserved);
            else if (reserved > 0)
                Store.Journal!.Release(reserved);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Write(long reserved)
    {
        var sequence = Store.Journal!.Append(_changes!.Written, reserved);
        if (_changes.HasWeight)
            Volatile.Write(ref _lastSequence, sequence);
        _changes.Clear();
    }

    private void ServeQueue(StreamState stream, bool ofAll)
    {
        if (!_waiting.TryGetValue(stream.Name, out var queue))
            return;
        // Whoever was looked at leaves the queue, or goes to its end.
        for (var left = queue.Count; left > 0 && queue.First is { } node; left--)
        {
            if (node.Value.TryServe(this, stream.Name.Slot, ofAll))
                Wake(stream.Name, node);
        }
    }

    private void Fail(StreamName stream, LinkedListNode<Waiter> node, StreamEngineException error)
    {
        if (node.Value.TryFail(error))
            Wake(stream, node);
    }

    private void Wake(StreamName stream, LinkedListNode<Waiter> node)
    {
        DequeueLocked(stream, node);
        _woken ??= node.Value;
        _lastWoken?.NextWoken = node.Value;
        _lastWoken = node.Value;
    }

    private void DequeueLocked(StreamName stream, LinkedListNode<Waiter> node)
    {
        if (node.List is not { } queue)
            return;
        queue.Remove(node);
        if (queue.Count == 0)
            _waiting.Remove(stream);
    }
}
