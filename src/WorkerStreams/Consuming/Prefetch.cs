using WorkerStreams.Configuration;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// The room within the prefetch limits. What is held takes room until it is settled, and a read or a claim under way for what it may bring.
/// Claims go first: a read that waits for new entries gives its room back when a claim finds none.
/// </summary>
/// <param name="plan">The limits.</param>
/// <param name="gate">The gate of <see cref="HeldEntries"/>; guards every field here.</param>
internal sealed class Prefetch(ConsumerPlan plan, Lock gate)
{
    private readonly WaitList _roomWanted = new();
    private readonly WaitList _placesWanted = new();

    // These two are also read without the gate, as figures.
    private int _active;
    private int _unsettled;
    private long _bytes;

    // About as large as the next ones may be: the mean of the last read or claim.
    private long _entryBytes;
    private Room _promised;
    private CancellationTokenSource? _read;
    private int _claimsWaiting;
    private bool _someWait;

    // Waiting or running; and of them those that run alone.
    private int _suspects;
    private int _alone;

    /// <summary>Entries waiting or running.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Entries finished whose settlement is not confirmed yet.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    /// <summary>Waits until a read or a claim is worth while. Its room is kept free until it is given back.</summary>
    /// <param name="read">Ends the read, if it is one, when a claim needs its room.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="any">Whether any room will do, where handlers are free for what comes.</param>
    public async ValueTask<Room> WaitForRoomAsync(CancellationTokenSource? read, CancellationToken cancellation, bool any = false)
    {
        for (var waited = false; ; waited = true)
        {
            Task wait;
            CancellationTokenSource? inTheWay;
            lock (gate)
            {
                if (read is null && waited)
                    _claimsWaiting--;
                if ((read is null || _claimsWaiting == 0) && TryPromiseUnderGate(any, out var room))
                {
                    _read = read ?? _read;
                    return room;
                }
                if (read is null)
                    _claimsWaiting++;
                inTheWay = read is null ? _read : null;
                _someWait = true;
                wait = _roomWanted.WaitAsync(cancellation);
            }
            inTheWay?.Cancel();
            await wait;
        }
    }

    /// <summary>Waits until handlers are free for suspects: half of them, or for one that runs <paramref name="alone"/> all that suspects have. Returns how many may come.</summary>
    public async ValueTask<int> WaitForPlacesAsync(bool alone, CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (_suspects <= (alone ? 0 : plan.Concurrency / 2) && PlacesUnderGate > 0)
                    return alone ? 1 : PlacesUnderGate;
                wait = _placesWanted.WaitAsync(cancellation);
            }
            await wait;
        }
    }

    /// <summary>How many suspects may come beside those that are held; behind one that runs alone there is no place.</summary>
    public int PlacesUnderGate => _alone > 0 ? 0 : plan.Concurrency - _suspects;

    public bool HasSuspectsUnderGate => _suspects > 0;

    /// <summary>The read or claim is over, and what it brought is held.</summary>
    public void GiveBack(Room room, CancellationTokenSource? read = null)
    {
        lock (gate)
        {
            _promised = new(_promised.Count - room.Count, _promised.Bytes - room.Bytes);
            if (read is not null)
                _read = null;
            WakeUnderGate();
        }
    }

    /// <summary>The read under way, if any, ends.</summary>
    public void EndRead()
    {
        CancellationTokenSource? read;
        lock (gate)
            read = _read;
        read?.Cancel();
    }

    public void AddUnderGate(HeldBatch batch)
    {
        _active += batch.Count;
        if (batch.Suspicion != Suspicion.None)
            _suspects += batch.Count;
        if (batch.Suspicion == Suspicion.Alone)
            _alone += batch.Count;
        var bytes = 0L;
        foreach (ref readonly var entry in batch.Entries)
            bytes += entry.Fields.EncodedLength;
        _bytes += bytes;
        _entryBytes = batch.Count > 0 ? bytes / batch.Count : _entryBytes;
    }

    public void FinishUnderGate(HeldBatch batch)
    {
        _active--;
        _unsettled++;
        if (batch.Suspicion == Suspicion.None)
            return;
        _suspects--;
        if (batch.Suspicion == Suspicion.Alone)
            _alone--;
        _placesWanted.ReleaseAll();
    }

    public void SettleUnderGate(int bytes)
    {
        _unsettled--;
        _bytes -= bytes;
    }

    /// <summary>Tells those who wait, if there is room.</summary>
    public void WakeUnderGate()
    {
        if (!_someWait || !HasRoomUnderGate(any: _claimsWaiting > 0))
            return;
        _someWait = false;
        _roomWanted.ReleaseAll();
    }

    private bool TryPromiseUnderGate(bool any, out Room room)
    {
        room = default;
        if (!HasRoomUnderGate(any))
            return false;
        // At most half at once, so that reads and claims do not get in each other's way.
        var (count, bytes) = FreeUnderGate();
        bytes = Math.Min(plan.PrefetchBytes / 2, bytes);
        // Not every engine ends a read by bytes.
        var likely = (int)Math.Min(count, 1 + (bytes / Math.Max(1, _entryBytes)));
        room = new(Math.Min(Math.Max(1, plan.PrefetchCount / 2), likely), bytes);
        _promised = new(_promised.Count + room.Count, _promised.Bytes + room.Bytes);
        return true;
    }

    // Room is worth a command when half the entries are gone, or when a handler has nothing to do.
    private bool HasRoomUnderGate(bool any) =>
        FreeUnderGate() is { Count: > 0, Bytes: > 0 }
        && (any || _active + _unsettled <= plan.PrefetchCount / 2 || _active < plan.Concurrency);

    private Room FreeUnderGate() => new(plan.PrefetchCount - _active - _unsettled - _promised.Count, plan.PrefetchBytes - _bytes - _promised.Bytes);
}

/// <summary>How much may be read or claimed.</summary>
internal readonly record struct Room(int Count, long Bytes);
