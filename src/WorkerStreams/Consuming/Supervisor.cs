using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Runs a loop until the consumer stops; one that faults starts anew after a back-off with jitter, and the others go on.</summary>
internal static class Supervisor
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(string loop, Func<CancellationToken, Task> run, ConsumerEnvironment consumer, CancellationToken stopping)
    {
        for (var faults = 0; !stopping.IsCancellationRequested;)
        {
            var startedAt = consumer.Time.GetTimestamp();
            try
            {
                await run(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // A loop that ran for long before has recovered: it starts with the short back-off again.
                faults = consumer.Time.GetElapsedTime(startedAt) > 2 * LongestBackoff ? 1 : faults + 1;
                var delay = consumer.Jitter.Backoff(FirstBackoff, LongestBackoff, faults);
                consumer.Counters.LastError = error;
                ConsumerLog.LoopFaulted(consumer.Logger, error, consumer.Plan.Name, loop, delay);
                consumer.Counters.BeginRestart();
                await Task.Delay(delay, consumer.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                consumer.Counters.EndRestart();
            }
        }
    }
}
