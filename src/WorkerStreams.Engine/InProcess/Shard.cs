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

    public StreamStore Store { get; } = store;

    /// <summary>The time for new ids.</summary>
    public EntryClock EntryClock { get; } = new(store.Options.TimeProvider, store.Ids);

    public bool IsClosed { get; private set; }

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
        var woken = _woken;
        if (woken is not null)
            (_woken, _lastWoken) = (null, null);
        Unlock();
        if (woken is not null)
            Waiter.Complete(woken, Store.CommitAsync(LastSequence));
    }

    /// <summary>The streams there are.</summary>
    public List<StreamName> GetNames()
    {
        using (Hold())
            return [.. _streams.Keys];
    }

    /// <summary>From now on what changes is written down.</summary>
    public ChangeWriter WriteChanges() => _changes ??= new();

    /// <summary>Room was reserved for what a command will change. Under the lock.</summary>
    public void HasReserved(long bytes) => _reserved += bytes;

    /// <summary>What has changed so far becomes a record, if it is much: only between changes of which one without the other will do.</summary>
    public void EndLargeRecord()
    {
        if (_changes is { Written.Length: >= LargeRecord })
            Write(reserved: 0);
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
        var stream = new StreamState(name, number ?? Store.NextNumber(), Store.Limits, Store.Meter, Chunks) { Changes = _changes };
        _streams.Add(name, stream);
        _changes?.Created(stream);
        return stream;
    }

    public void Remove(StreamState stream)
    {
        _recent = null;
        _changes?.Removed(stream);
        _streams.Remove(stream.Name);
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
        if (_waiting.Count > 0)
            ServeQueue(stream);
    }

    /// <summary>The group, or with the stream every group, is gone: who waits in it is told so.</summary>
    public void FailWaiters(StreamName stream, StreamName? group)
    {
        if (!_waiting.TryGetValue(stream, out var queue))
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

    private void ServeQueue(StreamState stream)
    {
        if (!_waiting.TryGetValue(stream.Name, out var queue))
            return;
        // Whoever was looked at leaves the queue, or goes to its end.
        for (var left = queue.Count; left > 0 && queue.First is { } node; left--)
        {
            if (node.Value.TryServe(this, stream.Name.Slot))
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
