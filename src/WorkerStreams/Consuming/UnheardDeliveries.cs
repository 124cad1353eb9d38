using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// Entries that the engine has delivered in an answer which was not heard, as when a connection broke: pending for this consumer, and held by nobody. They are
/// looked for at once, and again when the read must have ended of which nothing was heard, since until then it may be delivered more.
/// </summary>
internal sealed class UnheardDeliveries : IDisposable
{
    private const int Page = 100;

    private readonly ConsumerEnvironment _consumer;
    private readonly HeldEntries _held;
    private readonly Redeliveries _redeliveries;
    private readonly Intake _intake;
    private readonly WaitList _dueWanted = new();
    private readonly ITimer _timer;
    private readonly long _startedAt;

    // Guards the field below.
    private readonly Lock _gate = new();

    // When to look, the soonest first.
    private readonly Queue<long> _looks = new();

    public UnheardDeliveries(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries, Intake intake)
    {
        (_consumer, _held, _redeliveries, _intake, _startedAt) = (consumer, held, redeliveries, intake, consumer.Time.GetTimestamp());
        _timer = consumer.Time.CreateTimer(static state => ((WaitList)state!).ReleaseAll(), _dueWanted, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An answer was not heard, by which entries may have come.</summary>
    public void Suspect()
    {
        var now = _consumer.Time.GetTimestamp();
        lock (_gate)
        {
            _looks.Clear();
            _looks.Enqueue(now);
            _looks.Enqueue(now + (long)(IStreamEngine.LongestUnheardRead.TotalSeconds * _consumer.Time.TimestampFrequency));
        }
        _dueWanted.ReleaseAll();
    }

    /// <summary>Waits until it is time for a look, for so long at most. Returns whether it is.</summary>
    public async Task<bool> WhenDueAsync(TimeSpan most, CancellationToken cancellation)
    {
        var begun = _consumer.Time.GetTimestamp();
        while (true)
        {
            var wait = _dueWanted.WaitAsync(cancellation);
            var left = most - _consumer.Time.GetElapsedTime(begun);
            lock (_gate)
            {
                if (_looks.TryPeek(out var dueAt) && _consumer.Time.GetElapsedTime(_consumer.Time.GetTimestamp(), dueAt) is var untilDue && untilDue < left)
                {
                    if (untilDue <= TimeSpan.Zero)
                        return true;
                    left = untilDue;
                }
            }
            if (left <= TimeSpan.Zero)
                return false;
            _timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            await wait;
        }
    }

    /// <summary>Looks through what is pending for this consumer, and takes what it does not hold. That is not counted as another delivery.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        long look;
        lock (_gate)
            look = _looks.Peek();
        for (RangeBound? start = RangeBound.Min; start is not null;)
        {
            var room = await _held.Prefetch.WaitForRoomAsync(read: null, cancellation);
            try
            {
                start = await _held.ClaimAsync(() => LookAsync(start.Value, room, cancellation), cancellation);
            }
            finally
            {
                _held.Prefetch.GiveBack(room);
            }
        }
        lock (_gate)
        {
            // Unless there is another suspicion meanwhile.
            if (_looks.Peek() == look)
                _looks.Dequeue();
        }
    }

    /// <summary>At a stop, when nothing is brought any more: what was suspected and not looked for is not to lie here for a lease.</summary>
    public async Task HandBackAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_looks.Count == 0)
                return;
        }
        for (RangeBound? start = RangeBound.Min; start is not null;)
        {
            (var unheard, start) = await FindAsync(start.Value, Page, cancellation);
            if (unheard.Count > 0)
                await _consumer.SettleAsync(unheard.Select(static entry => Settlement.ReleaseUnstarted(entry.Id)).ToArray(), new SettlementOutcome[unheard.Count], cancellation);
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <returns>Where to go on.</returns>
    private async Task<RangeBound?> LookAsync(RangeBound start, Room room, CancellationToken cancellation)
    {
        var plan = _consumer.Plan;
        var (unheard, next) = await FindAsync(start, Math.Min(Page, room.Count), cancellation);
        foreach (var alike in unheard.GroupBy(static entry => entry.DeliveryCount, static entry => entry.Id))
        {
            var claimed = await _consumer.Engine.ClaimAsync(
                new()
                {
                    Stream = plan.Stream,
                    Group = plan.Group,
                    Consumer = plan.Consumer,
                    ExpectedOwner = plan.Consumer,
                    Ids = alike.ToArray(),
                    DeliveryCount = alike.Key,
                },
                cancellation);
            var found = alike.Key > 1
                ? (await _intake.AcceptSuspectsAsync(claimed, _held.Overtaken.InClaimUnderGate)).Held
                : _intake.AcceptPending(claimed, _held.Overtaken.InClaimUnderGate);
            if (found > 0)
                ConsumerLog.Unheard(_consumer.Logger, plan.Name, found);
        }
        return next;
    }

    /// <returns>What is pending for this consumer though it does not know it, and where to go on.</returns>
    private async Task<(IReadOnlyList<PendingEntry> Unheard, RangeBound? Next)> FindAsync(RangeBound start, int count, CancellationToken cancellation)
    {
        var plan = _consumer.Plan;
        var pending = await _consumer.Engine.GetPendingAsync(
            new() { Stream = plan.Stream, Group = plan.Group, Consumer = plan.Consumer, Start = start, Count = count }, cancellation);
        HashSet<StreamEntryId> known = [.. _redeliveries.Leased().Concat(_held.Owned()).Select(static entry => entry.Id)];
        // What was delivered before this start is not unheard but resumed, which counts.
        var lifetime = _consumer.Time.GetElapsedTime(_startedAt);
        return (
            [.. pending.Where(entry => entry.Idle <= lifetime && !known.Contains(entry.Id))],
            pending.Count > 0 ? RangeBound.Excluding(pending[^1].Id) : null);
    }
}
