using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Runs a loop until the consumer stops; one that faults starts anew after a back-off with jitter, and the others go on.</summary>
internal static class Supervisor
{
    // Longer than an engine takes to tell that it does not answer.
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(Supervised loop, ConsumerEnvironment consumer, CancellationToken stopping)
    {
        var failing = new Failing();
        for (var faults = 0; !stopping.IsCancellationRequested;)
        {
            var startedAt = consumer.Time.GetTimestamp();
            try
            {
                await loop.Run(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (consumer.Time.GetElapsedTime(startedAt) > Recovery)
                    failing.Over();
                // A loop that ran for long before has recovered: it starts with the short back-off again.
                faults = consumer.Time.GetElapsedTime(startedAt) > loop.LongestBackoff ? 1 : faults + 1;
                var delay = consumer.Jitter.Backoff(loop.FirstBackoff, loop.LongestBackoff, faults);
                consumer.Counters.LastError = error;
                var level = failing.LevelOf(error);
                ConsumerLog.LoopFaulted(consumer.Logger, level, error, consumer.Plan.Name, loop.Name, delay);
                consumer.Counters.BeginRestart();
                await Task.Delay(delay, consumer.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                consumer.Counters.EndRestart();
            }
        }
    }
}

/// <summary>A loop that runs until it is cancelled.</summary>
/// <param name="Name">Its name in the log.</param>
/// <param name="Run">Runs it.</param>
internal sealed record Supervised(string Name, Func<CancellationToken, Task> Run)
{
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromMinutes(1);
}
