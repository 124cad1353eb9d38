using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// The consumer's name in its group: held against every other process before it is used, held on to while it is, and left at the end. Also collects the names that
/// others have left behind.
/// </summary>
internal sealed class HeldName(ConsumerEnvironment consumer, HolderProcess process)
{
    // So that a hold outlasts the leases that were made under it.
    private readonly TimeSpan _duration = 2 * consumer.Plan.MinIdleTime;

    // Consumers that hold no name, as those of other clients, are seen when they read.
    private readonly TimeSpan _leftBehind = 2 * (consumer.Plan.MinIdleTime > consumer.Plan.BlockTime ? consumer.Plan.MinIdleTime : consumer.Plan.BlockTime);

    // Of the reclaim loop.
    private long? _collectedAt;

    private volatile bool _isTaken;

    // Of the last time that it was asked for, and given; and of the first.
    private long _heldAt;
    private long _takenAt;
    private readonly WaitList _heldWanted = new();
    private int _isTakingAnew;
    private int _toldLeases;

    /// <summary>Whether another may have the name by now, by the clock of this host. Then what is heard under it may be that other's.</summary>
    public bool HasLapsed => _isTaken && consumer.Time.GetElapsedTime(Volatile.Read(ref _heldAt)) >= _duration;

    /// <summary>How long this consumer has had its name.</summary>
    public TimeSpan Age => consumer.Time.GetElapsedTime(Volatile.Read(ref _takenAt));

    /// <summary>Completes while nobody else can have the name: who reads or claims when another may is not to ask before the lease loop has.</summary>
    public async ValueTask WhenHeldAsync(CancellationToken cancellation)
    {
        while (HasLapsed)
        {
            var wait = _heldWanted.WaitAsync(cancellation);
            if (HasLapsed)
                await wait;
        }
    }

    /// <summary>Takes the first name that nobody holds who may be alive. The group must be there.</summary>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        var (plan, firstHolder) = (consumer.Plan, default(StreamName));
        for (var index = 0; ; index++)
        {
            var name = plan.Names[index];
            if (name == plan.Group)
                continue;
            var holder = await AskAsync(name, instead: default, cancellation);
            if (holder != consumer.Holder && process.IsDead(holder))
                holder = await AskAsync(name, instead: holder, cancellation);
            if (holder == consumer.Holder)
            {
                Volatile.Write(ref _takenAt, _heldAt);
                consumer.Consumer = name;
                _isTaken = true;
                if (index > 0)
                    ConsumerLog.OtherName(consumer.Logger, plan.Names.IsGiven, plan.Name, plan.Names[0], firstHolder, name);
                return;
            }
            firstHolder = firstHolder.IsEmpty ? holder : firstHolder;
        }
    }

    /// <summary>Takes another name instead of one that was lost, unless that has been done. Returns whether it was done here.</summary>
    public async Task<bool> TakeAnewAsync(StreamName lost, CancellationToken cancellation)
    {
        if (consumer.Consumer != lost || Interlocked.Exchange(ref _isTakingAnew, 1) == 1)
            return false;
        try
        {
            await TakeAsync(cancellation);
            return true;
        }
        finally
        {
            Volatile.Write(ref _isTakingAnew, 0);
        }
    }

    /// <summary>Holds on to the name, if it was taken. Returns false where it is another's by now, and is to be taken anew.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        if (!_isTaken)
            return true;
        try
        {
            var holder = await AskAsync(consumer.Consumer, instead: default, cancellation);
            if (holder == consumer.Holder)
                return true;
            ConsumerLog.NameLost(consumer.Logger, consumer.Plan.Name, consumer.Consumer, holder);
            return false;
        }
        catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
        {
            // The read loop makes the group anew. Nobody has a name in one that is not there.
            IsHeld(consumer.Time.GetTimestamp());
            return true;
        }
    }

    /// <summary>Gives the name up, and the consumer goes if nothing is pending for it. What it has left is claimed by others, who then delete it.</summary>
    public async Task LeaveAsync(CancellationToken cancellation)
    {
        if (!_isTaken)
            return;
        await consumer.Engine.LeaveConsumerAsync(consumer.Plan.Stream, consumer.Plan.Group, consumer.Consumer, consumer.Holder, cancellation);
        _isTaken = false;
    }

    /// <summary>Deletes the group's consumers that nobody is any more, once nothing is pending for them; unless that was done not long ago and nothing was reclaimed since.</summary>
    public async Task CollectAsync(bool hasReclaimed, CancellationToken cancellation)
    {
        if (!hasReclaimed && _collectedAt is { } at && consumer.Time.GetElapsedTime(at) < _leftBehind / 2)
            return;
        _collectedAt = consumer.Time.GetTimestamp();
        var collected = await consumer.Engine.CollectConsumersAsync(consumer.Plan.Stream, consumer.Plan.Group, _leftBehind, cancellation);
        if (collected.Count > 0)
            ConsumerLog.Collected(consumer.Logger, consumer.Plan.Name, collected.Count, collected[0]);
    }

    private void IsHeld(long at)
    {
        Volatile.Write(ref _heldAt, at);
        _heldWanted.ReleaseAll();
    }

    /// <returns>Who has the name.</returns>
    private async Task<StreamName> AskAsync(StreamName name, StreamName instead, CancellationToken cancellation)
    {
        var (plan, askedAt) = (consumer.Plan, consumer.Time.GetTimestamp());
        var held = await consumer.Engine.HoldConsumerAsync(
            new() { Stream = plan.Stream, Group = plan.Group, Consumer = name, Holder = consumer.Holder, Duration = _duration, Lease = plan.MinIdleTime, Instead = instead },
            cancellation);
        if (held.Holder == consumer.Holder)
            IsHeld(askedAt);
        foreach (var lease in held.OtherLeases)
        {
            // An engine may keep whole milliseconds alone.
            if ((lease - plan.MinIdleTime).Duration() >= TimeSpan.FromMilliseconds(1) && Interlocked.Exchange(ref _toldLeases, 1) == 0)
                ConsumerLog.LeasesDiffer(consumer.Logger, plan.Name, plan.MinIdleTime, lease, plan.Group, plan.Stream);
        }
        return held.Holder;
    }
}
