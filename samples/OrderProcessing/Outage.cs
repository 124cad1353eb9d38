using WorkerStreams;
using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>The engine is away, as while its server restarts or another takes its place.</summary>
internal static class Outage
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Does what is asked, again and again while the engine is away, which is told once.</summary>
    public static async Task<T> OutlastAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellation)
    {
        for (var told = false; ; told = true)
        {
            try
            {
                return await ask();
            }
            catch (Exception failure) when (IsOutage(failure))
            {
                if (!told)
                    Console.Error.WriteLine($"The engine is waited for: {failure.Message}");
            }
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    private static bool IsOutage(Exception failure) =>
        failure is StreamEngineException { Code: StreamErrorCode.Unavailable or StreamErrorCode.OutOfMemory } || (failure is PublishException && IsOutage(failure.InnerException!));
}
