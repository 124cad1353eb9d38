using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// Has the client ask its servers which is the primary when the one that it took for it is none, until one is. By itself it asks once a minute.
/// </summary>
internal sealed class RoleCheck(IConnectionMultiplexer multiplexer)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private int _isRunning;

    /// <summary>Looks at an error, and hands it back.</summary>
    public StreamEngineException Seen(StreamEngineException error)
    {
        var isAboutRole = error.Message.StartsWith("READONLY ", StringComparison.Ordinal)
            || error.InnerException is RedisConnectionException { FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection };
        if (isAboutRole && Interlocked.Exchange(ref _isRunning, 1) == 0)
            _ = AskAsync();
        return error;
    }

    private async Task AskAsync()
    {
        try
        {
            do
            {
                await multiplexer.ConfigureAsync();
                await Task.Delay(Pause * (0.9 + 0.2 * Random.Shared.NextDouble()), TimeProvider.System);
            }
            // Where none is connected, the client finds out when one is.
            while (Array.FindAll(multiplexer.GetServers(), static server => server.IsConnected) is { Length: > 0 } servers && Array.TrueForAll(servers, static server => server.IsReplica));
        }
        catch (Exception)
        {
            // Closed, or lost: the next error asks again.
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }
}
