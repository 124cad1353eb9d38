using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// Goes by the clock of this host alone: when a lease has not been renewed in time, whatever the reason, another consumer may have the entry. Then nothing
/// is started, and the handlers concerned are told to end, until the engine has said what is still this consumer's.
/// </summary>
internal sealed class LeaseWatch(ConsumerEnvironment consumer, HeldEntries held, Dispatcher dispatcher)
{
    // A timer may fire a moment too early.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly TimeSpan _beat = consumer.Plan.MinIdleTime / 20;

    // A beat that is later by so much was held up.
    private readonly TimeSpan _stall = consumer.Plan.MinIdleTime / 4;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var wasOnTime = true;
        while (true)
        {
            var now = consumer.Time.GetTimestamp();
            var next = _beat;
            foreach (var batch in held.LeasedBatches())
            {
                var left = consumer.LeaseLeft(batch.LeasedAt, now);
                if (left <= TimeSpan.Zero)
                    Lapse(batch);
                else if (left < next)
                    next = left;
            }
            // If one was renewed just as it lapsed, whoever renewed it may have looked too early.
            if (!held.HasLapsed)
                dispatcher.Resume();
            dispatcher.Look();
            await Task.Delay(next + Moment, consumer.Time, cancellation);
            // Not the time of this beat: if it comes after a stall, so does what is heard now. And neither after a stall nor after the beat that follows one: another
            // may follow before what was said before the first is heard.
            var isOnTime = consumer.Time.GetElapsedTime(now) <= next + _stall;
            if (isOnTime && wasOnTime)
                consumer.AliveSince = now;
            wasOnTime = isOnTime;
        }
    }

    /// <summary>The entries may be another's.</summary>
    public void Lapse(HeldBatch batch)
    {
        if (dispatcher.Pause())
            ConsumerLog.LeasesLapsed(consumer.Logger, consumer.Plan.Name);
        dispatcher.Cancel(batch);
    }
}
