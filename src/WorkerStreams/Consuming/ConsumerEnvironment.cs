using Microsoft.Extensions.Logging;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>What the parts of one consumer share.</summary>
/// <param name="Plan">The settings.</param>
/// <param name="Engine">The engine.</param>
/// <param name="Time">The clock of this host.</param>
/// <param name="Jitter">Spreads waits, so that hosts do not act in step.</param>
/// <param name="Logger">The log.</param>
/// <param name="Holder">Who holds the consumer's name: this one, and nobody else.</param>
/// <param name="Stopping">Fires when shutdown begins.</param>
internal sealed record ConsumerEnvironment(
    ConsumerPlan Plan, IStreamEngine Engine, TimeProvider Time, Jitter Jitter, ILogger Logger, StreamName Holder, CancellationToken Stopping)
{
    // A timer may fire so much too late, even on a machine that has little to do.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(2);

    // Swapped whole: with the name the owner of what is settled.
    private volatile SettleRequest _settling = new()
    {
        Stream = Plan.Stream,
        Group = Plan.Group,
        Owner = Plan.Names[0],
        Holder = Holder,
        Settlements = default,
        DeadLetterStream = Plan.DeadLetterStream,
    };

    public ConsumerCounters Counters { get; } = new();

    /// <summary>The name in the group, once it is held. Another one after it was lost.</summary>
    public StreamName Consumer
    {
        get => _settling.Owner;
        set => _settling = _settling with { Owner = value };
    }

    /// <summary>
    /// Since then this host has not been stalled, or only just: what it hears now was not said before. Written by the lease watch, by the clock of this host.
    /// </summary>
    public long AliveSince { get; set; } = Time.GetTimestamp();

    /// <summary>Settles entries of this consumer's.</summary>
    /// <param name="settlements">The settlements.</param>
    /// <param name="outcomes">What became of each.</param>
    /// <param name="cancellation">Ends the call.</param>
    public ValueTask SettleAsync(ReadOnlyMemory<Settlement> settlements, Memory<SettlementOutcome> outcomes, CancellationToken cancellation = default) =>
        Engine.SettleAsync(_settling with { Settlements = settlements }, outcomes, cancellation);

    /// <summary>Another consumer owns an entry that was this one's.</summary>
    public void ReportLost(StreamEntryId id)
    {
        ConsumerLog.LeaseLost(Logger, Plan.Name, id);
        Counters.AddLeasesLost(1);
    }

    /// <summary>Entries are gone from the stream that were not settled.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">Their number.</param>
    public void ReportTrimmed(StreamEntryId first, int count = 1)
    {
        ConsumerLog.TrimmedWhilePending(Logger, Plan.Name, count, first);
        Counters.AddTrimmed(count);
    }

    /// <summary>Whether a lease of that time has run out by the clock of this host: another consumer may have the entry by now, or is about to.</summary>
    public bool HasLapsed(long leasedAt) => LeaseLeft(leasedAt, Time.GetTimestamp()) <= TimeSpan.Zero;

    /// <summary>How long a lease of that time still runs. It ends here a little before another consumer could have the entry, so that handlers are told in time.</summary>
    public TimeSpan LeaseLeft(long leasedAt, long now) => Plan.MinIdleTime - (Plan.MinIdleTime / 100) - TimerGrain - Time.GetElapsedTime(leasedAt, now);
}
