using System.Buffers;
using System.Runtime.InteropServices;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;
using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// Sends the settlements of finished entries, gathered: when enough are there, when the handlers have nothing else to do, or after a short while.
/// A failed command is sent again, with back-off; until then the entries stay leased. There is one for dead letters and one for all others, so that a
/// dead-letter stream that refuses does not hold up the acknowledgements.
/// </summary>
internal sealed class Settler : IDisposable
{
    /// <summary>So many settlements make a command worth while.</summary>
    private const int Gathered = 128;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    private readonly ConsumerEnvironment _consumer;
    private readonly HeldEntries _held;
    private readonly bool _deadLetters;
    private readonly int _gathered;
    private readonly ITimer _timer;

    // Requests not yet served; who raises it from 0 sends, until it is 0 again. So _spare has one user at a time.
    private int _requests;
    private List<FinishedEntry> _spare = [];

    // Of who sends.
    private Failing _failing;

    // Hand-backs of which others are still to be told: beside the settlements, which a slow append is not to hold up.
    private int _untold;
    private readonly WaitList _toldWanted = new();

    // Written by who sends, and by a drain that begins; while it is not 0, only the timer sends.
    private volatile int _failures;

    public Settler(ConsumerEnvironment consumer, HeldEntries held, bool deadLetters)
    {
        (_consumer, _held, _deadLetters) = (consumer, held, deadLetters);
        // What is gathered takes room, so half of it is enough.
        _gathered = Math.Clamp(consumer.Plan.PrefetchCount / 2, 1, Gathered);
        _timer = consumer.Time.CreateTimer(static state => _ = ((Settler)state!).SendFinishedAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An entry is finished.</summary>
    public void Finish(in FinishedEntry entry)
    {
        var waiting = _held.Finish(entry);
        if (_failures > 0)
            return;
        // One of those beside it may end the process.
        if (waiting >= _gathered || entry.Batch.Suspicion != Suspicion.None)
            _ = SendFinishedAsync();
        else if (waiting == 1)
            _timer.Change(LongestWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A handler has nothing else to do.</summary>
    public void RanDry()
    {
        if (_failures == 0)
            _ = SendFinishedAsync();
    }

    /// <summary>Sends what is finished whatever has failed before; the back-off starts anew.</summary>
    public void Flush()
    {
        _failures = 0;
        _ = SendFinishedAsync();
    }

    /// <summary>Completes when others are told of all that was handed back until now.</summary>
    public Task WhenToldAsync(CancellationToken cancellation)
    {
        var wait = _toldWanted.WaitAsync(cancellation);
        return Volatile.Read(ref _untold) == 0 ? Task.CompletedTask : wait;
    }

    public void Dispose() => _timer.Dispose();

    // Unless another is at it, who then sends this as well. Never throws.
    private async Task SendFinishedAsync()
    {
        if (Interlocked.Increment(ref _requests) > 1)
            return;
        int served;
        do
        {
            served = Volatile.Read(ref _requests);
            var finished = _held.TakeFinished(_deadLetters, _spare);
            if (finished.Count > 0)
                await SendAsync(finished);
            finished.Clear();
            _spare = finished;
        }
        while (Interlocked.Add(ref _requests, -served) > 0);
    }

    private async ValueTask SendAsync(List<FinishedEntry> finished)
    {
        var unsettled = finished;
        try
        {
            unsettled = await (finished.Exists(static entry => entry.IsRelease) ? ReleaseAsync(finished) : SettleAsync(finished));
            if (unsettled.Count > 0)
                await TakeBackAsync(unsettled);
            if (_failures > 0)
            {
                // What was finished meanwhile has asked for nothing.
                _failures = 0;
                _failing.Over();
                _timer.Change(LongestWait, Timeout.InfiniteTimeSpan);
            }
        }
        catch (Exception error)
        {
            var mayBeSettled = error is StreamEngineException { MayHaveTakenEffect: true };
            _held.PutBack(_deadLetters, unsettled.ConvertAll(entry => entry with { MayBeSettled = entry.MayBeSettled || mayBeSettled }));
            // A lost group is not back in a moment.
            var first = error is StreamEngineException { Code: StreamErrorCode.NoGroup } ? LongestBackoff : FirstBackoff;
            var delay = _consumer.Jitter.Backoff(first, LongestBackoff, ++_failures);
            var level = _failing.LevelOf(error);
            ConsumerLog.SettlementFailed(_consumer.Logger, level, error, _consumer.Plan.Name, unsettled.Count, delay);
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    private async ValueTask<List<FinishedEntry>> ReleaseAsync(List<FinishedEntry> finished)
    {
        Interlocked.Increment(ref _untold);
        try
        {
            await _held.Releases.ReleaseBeginsAsync();
            return await SettleAsync(finished);
        }
        finally
        {
            _held.Releases.ReleaseEnds();
            _ = TellAsync();
        }
    }

    private async Task TellAsync()
    {
        await HandBacks.TellAsync(_consumer);
        if (Interlocked.Decrement(ref _untold) == 0)
            _toldWanted.ReleaseAll();
    }

    /// <returns>What is not settled although it may be this consumer's.</returns>
    private async ValueTask<List<FinishedEntry>> SettleAsync(List<FinishedEntry> finished)
    {
        var settlements = ArrayPool<Settlement>.Shared.Rent(finished.Count);
        var outcomes = ArrayPool<SettlementOutcome>.Shared.Rent(finished.Count);
        try
        {
            for (var i = 0; i < finished.Count; i++)
                settlements[i] = finished[i].Settlement;
            await _consumer.SettleAsync(settlements.AsMemory(0, finished.Count), outcomes.AsMemory(0, finished.Count));
            var forgotten = Report(CollectionsMarshal.AsSpan(finished), outcomes);
            if (forgotten.Count > 0)
            {
                var ids = forgotten.Select(static entry => entry.Settlement.Id).ToHashSet();
                finished.RemoveAll(entry => ids.Contains(entry.Settlement.Id));
            }
            _held.Settled(finished);
            return forgotten;
        }
        finally
        {
            ArrayPool<Settlement>.Shared.Return(settlements, clearArray: true);
            ArrayPool<SettlementOutcome>.Shared.Return(outcomes);
        }
    }

    // An acknowledgement of what is not pending has nothing left to do; anything else is to come first.
    private List<FinishedEntry> Report(ReadOnlySpan<FinishedEntry> finished, ReadOnlySpan<SettlementOutcome> outcomes)
    {
        var (handled, lost) = (0, 0);
        List<FinishedEntry>? forgotten = null;
        for (var i = 0; i < finished.Length; i++)
        {
            ref readonly var entry = ref finished[i];
            var outcome = entry.MayBeSettled && outcomes[i] == SettlementOutcome.NotPending ? SettlementOutcome.Done : outcomes[i];
            if (outcome == SettlementOutcome.NotOwner)
                lost++;
            else if (entry.Settlement.Kind == SettlementKind.Acknowledge)
                handled += outcome == SettlementOutcome.Done && !entry.Batch.Entries[entry.Index].Fields.IsMissing ? 1 : 0;
            else if (outcome == SettlementOutcome.NotPending)
                (forgotten ??= []).Add(entry);
            else if (entry.DeadLetter is { } cause)
                ReportDeadLetter(entry.Batch.Lease(entry.Index), cause);
        }
        _consumer.Counters.AddHandled(handled);
        _consumer.Counters.AddLeasesLost(lost);
        return forgotten ?? [];
    }

    private void ReportDeadLetter(LeasedEntry entry, DeadLetterCause cause)
    {
        ConsumerLog.DeadLettered(_consumer.Logger, cause.Error, _consumer.Plan.Name, entry.Id, entry.DeliveryCount, cause.Reason);
        _consumer.Counters.AddDeadLettered();
    }

    private async ValueTask TakeBackAsync(List<FinishedEntry> forgotten)
    {
        var leased = forgotten.Where(static entry => !entry.Batch.IsLost(entry.Index)).Select(static entry => entry.Lease);
        var back = await ForgottenEntries.TakeBackAsync(_consumer, leased, restored: false, lastId: null, cancellation: default);
        var gone = forgotten.FindAll(entry => !back.Contains(entry.Settlement.Id));
        foreach (var entry in gone.Where(static entry => entry.DeadLetter is not null))
        {
            if (_consumer.HasLapsed(entry.Batch.LeasedAt))
                _consumer.ReportLost(entry.Settlement.Id);
            else
                _consumer.ReportTrimmed(entry.Settlement.Id);
        }
        _held.Settled(gone);
        _held.PutBack(_deadLetters, forgotten.FindAll(entry => back.Contains(entry.Settlement.Id)));
        _timer.Change(LongestWait, Timeout.InfiniteTimeSpan);
    }
}
