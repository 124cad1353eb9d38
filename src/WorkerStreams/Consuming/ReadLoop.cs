using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>XREADGROUP: first what was pending for this consumer before it started, then what is new, as there is room.</summary>
internal sealed class ReadLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake, GroupKeeper group, HeldName name, LeaseLoop leases, ReclaimSchedule schedule)
{
    // Made when the name is known, and when it is another.
    private ReadGroupRequest _undelivered = null!;

    // What was pending before the start is resumed up to here; null once all of it is. The group is made before, once: what is lost later is restored.
    private StreamEntryId? _resumed;
    private bool _started;
    private readonly SuspectPages _pages = new(held.Prefetch, widest: 0);
    private readonly WaitList _resumedWanted = new();
    private volatile bool _hasResumed;

    /// <summary>Completes when what was pending before the start is held, handled or handed back.</summary>
    public Task WhenResumedAsync(CancellationToken cancellation)
    {
        var wait = _resumedWanted.WaitAsync(cancellation);
        return _hasResumed ? Task.CompletedTask : wait;
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!_started)
        {
            await group.EnsureAsync(cancellation);
            await name.TakeAsync(cancellation);
            (_started, _resumed) = (true, StreamEntryId.MinValue);
        }
        var read = new CancellationTokenSource();
        while (true)
        {
            var places = _resumed is null ? 0 : await _pages.WaitAsync(cancellation);
            var room = await held.Prefetch.WaitForRoomAsync(read, cancellation);
            held.Overtaken.ReadBegins();
            var lost = false;
            try
            {
                await name.WhenHeldAsync(cancellation);
                SetName();
                using (cancellation.UnsafeRegister(static read => ((CancellationTokenSource)read!).Cancel(), read))
                    await (_resumed is { } after ? ResumeAsync(after, room with { Count = Math.Min(places, room.Count) }, cancellation) : ReadAsync(room, read.Token));
            }
            catch (StreamEngineException missing) when (missing.Code == StreamErrorCode.NoGroup)
            {
                lost = true;
            }
            catch (OperationCanceledException) when (read.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                // A claim needs the room.
                read = new();
            }
            catch (StreamEngineException answer) when (answer.MayHaveTakenEffect)
            {
                schedule.Suspect();
                // An engine may fail to end a read.
                if (!read.IsCancellationRequested)
                    throw;
                cancellation.ThrowIfCancellationRequested();
                read = new();
            }
            finally
            {
                held.Prefetch.GiveBack(room, read);
            }
            if (lost)
                await group.RestoreAsync(cancellation);
            if (held.HasLapsed)
                await leases.RenewLapsedAsync(cancellation);
        }
    }

    private void SetName()
    {
        if (_undelivered?.Consumer == consumer.Consumer)
            return;
        _undelivered = new()
        {
            Streams = [new(consumer.Plan.Stream, ReadPosition.Undelivered)],
            Group = consumer.Plan.Group,
            Consumer = consumer.Consumer,
            Block = consumer.Plan.BlockTime,
        };
    }

    private async ValueTask ReadAsync(Room room, CancellationToken cancellation)
    {
        consumer.Counters.Looped(consumer.Time.GetTimestamp());
        var entries = await consumer.Engine.ReadGroupAsync(_undelivered with { Count = room.Count, MaxBytes = room.Bytes }, cancellation);
        if (entries.Count == 0)
            return;
        if (_undelivered.Consumer != consumer.Consumer || name.HasLapsed)
        {
            // The name is another's by now, so these are not for here: they are claimed when their lease is over. Where it may be ours still, they are looked for.
            entries.Dispose();
            schedule.Suspect();
            return;
        }
        var again = group.HasRead(entries.Entries[0].Id, entries.Entries[^1].Id);
        if (again)
            intake.AcceptPending(entries, held.Overtaken.InReadUnderGate);
        else
            intake.Accept(entries);
        // The handlers first: who has waited for entries would else ask for more before one is begun.
        await Task.Yield();
    }

    private async ValueTask ResumeAsync(StreamEntryId after, Room room, CancellationToken cancellation)
    {
        _resumed = await held.ClaimAsync(() => ResumePageAsync(after, room, cancellation), cancellation);
        _hasResumed = _resumed is null;
        if (_hasResumed)
            _resumedWanted.ReleaseAll();
    }

    /// <returns>Where to go on, or null when all is resumed.</returns>
    private async Task<StreamEntryId?> ResumePageAsync(StreamEntryId after, Room room, CancellationToken cancellation)
    {
        var history = _undelivered with
        {
            Streams = [new(consumer.Plan.Stream, ReadPosition.After(after))],
            Count = room.Count,
            MaxBytes = room.Bytes,
            Block = null,
        };
        var entries = await consumer.Engine.ReadGroupAsync(history, cancellation);
        StreamEntryId? last = entries.Count > 0 ? entries.Entries[^1].Id : null;
        var taken = await intake.AcceptSuspectsAsync(entries, held.Overtaken.InClaimUnderGate);
        _pages.Taken(taken);
        if (taken.Held > 0)
            ConsumerLog.Resumed(consumer.Logger, consumer.Plan.Name, taken.Held);
        return taken.Next is { } next && next.TryDecrement(out var before) ? before : last;
    }
}
