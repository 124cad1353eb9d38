using System.Buffers;
using System.Runtime.InteropServices;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// Sends the settlements of finished entries, gathered: when enough are there, when the handlers have nothing else to do, or after a short while.
/// A failed command is sent again, with back-off; until then the entries stay leased.
/// </summary>
internal sealed class Settler : IDisposable
{
    /// <summary>So many settlements make a command worth while.</summary>
    private const int Gathered = 128;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    private readonly ConsumerEnvironment _consumer;
    private readonly HeldEntries _held;
    private readonly ITimer _timer;

    // Requests not yet served; who raises it from 0 sends, until it is 0 again. So the fields below have one user at a time.
    private int _requests;
    private List<FinishedEntry> _spare = [];
    private int _failures;

    public Settler(ConsumerEnvironment consumer, HeldEntries held)
    {
        (_consumer, _held) = (consumer, held);
        _timer = consumer.Time.CreateTimer(static state => _ = ((Settler)state!).FlushAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>An entry is finished, and <paramref name="waiting"/> settlements are to be sent.</summary>
    public void Finished(int waiting)
    {
        if (waiting >= Gathered && Volatile.Read(ref _failures) == 0)
            _ = FlushAsync();
        else if (waiting == 1)
            _timer.Change(LongestWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sends what is finished, unless another is at it, who then sends this as well. Never throws.</summary>
    public async Task FlushAsync()
    {
        if (Interlocked.Increment(ref _requests) > 1)
            return;
        int served;
        do
        {
            served = Volatile.Read(ref _requests);
            await SendFinishedAsync();
        }
        while (Interlocked.Add(ref _requests, -served) > 0);
    }

    public void Dispose() => _timer.Dispose();

    private async ValueTask SendFinishedAsync()
    {
        var finished = _held.TakeFinished(_spare);
        _spare = finished;
        if (finished.Count == 0)
            return;
        var deadLetters = finished.FindAll(static entry => entry.Settlement.Kind == SettlementKind.DeadLetter);
        if (deadLetters.Count > 0)
            finished.RemoveAll(static entry => entry.Settlement.Kind == SettlementKind.DeadLetter);
        // Apart, so that a dead-letter stream that refuses does not hold up the acknowledgements.
        await SendAsync(finished);
        await SendAsync(deadLetters);
        finished.Clear();
    }

    private async ValueTask SendAsync(List<FinishedEntry> finished)
    {
        if (finished.Count == 0)
            return;
        var settlements = ArrayPool<Settlement>.Shared.Rent(finished.Count);
        var outcomes = ArrayPool<SettlementOutcome>.Shared.Rent(finished.Count);
        try
        {
            for (var i = 0; i < finished.Count; i++)
                settlements[i] = finished[i].Settlement;
            await _consumer.Engine.SettleAsync(Request(settlements.AsMemory(0, finished.Count)), outcomes.AsMemory(0, finished.Count));
            _failures = 0;
            Count(CollectionsMarshal.AsSpan(finished), outcomes.AsSpan(0, finished.Count));
            _held.Settled(finished);
        }
        catch (Exception error)
        {
            _held.PutBack(finished);
            var delay = _consumer.Jitter.Backoff(FirstBackoff, LongestBackoff, ++_failures);
            ConsumerLog.SettlementFailed(_consumer.Logger, error, _consumer.Plan.Name, finished.Count, delay);
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            ArrayPool<Settlement>.Shared.Return(settlements, clearArray: true);
            ArrayPool<SettlementOutcome>.Shared.Return(outcomes);
        }
    }

    private SettleRequest Request(ReadOnlyMemory<Settlement> settlements) => new()
    {
        Stream = _consumer.Plan.Stream,
        Group = _consumer.Plan.Group,
        Owner = _consumer.Plan.Consumer,
        Settlements = settlements,
        DeadLetterStream = _consumer.Plan.DeadLetterStream,
    };

    private void Count(ReadOnlySpan<FinishedEntry> finished, ReadOnlySpan<SettlementOutcome> outcomes)
    {
        var handled = 0;
        foreach (ref readonly var entry in finished)
            handled += entry.Settlement.Kind == SettlementKind.Acknowledge ? 1 : 0;
        _consumer.Counters.AddHandled(handled);
        _consumer.Counters.AddLeasesLost(outcomes.Count(SettlementOutcome.NotOwner));
    }
}
