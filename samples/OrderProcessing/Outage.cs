using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>The engine is away, as while its server restarts or another takes its place: that is told once, and waited for.</summary>
internal sealed class Outage
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private bool _isTold;

    public static bool IsOne(Exception failure) =>
        (failure as StreamEngineException ?? failure.InnerException) is StreamEngineException { Code: StreamErrorCode.Unavailable or StreamErrorCode.OutOfMemory };

    /// <summary>Asks until there is an answer.</summary>
    public async Task<T> OutlastAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (StreamEngineException failure) when (IsOne(failure))
            {
                await PauseAsync(failure, cancellation);
            }
        }
    }

    public Task PauseAsync(Exception failure, CancellationToken cancellation)
    {
        if (!_isTold)
            Console.Error.WriteLine($"The engine is waited for: {failure.Message}");
        _isTold = true;
        return Task.Delay(Pause, TimeProvider.System, cancellation);
    }

    /// <summary>It is over: the next one is told again.</summary>
    public void End() => _isTold = false;
}
