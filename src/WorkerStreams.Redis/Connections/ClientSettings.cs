using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Connections;

/// <summary>By which settings a connection was made.</summary>
internal static class ClientSettings
{
    public static ConfigurationOptions Of(IConnectionMultiplexer connection)
    {
        try
        {
            if (connection is ConnectionMultiplexer multiplexer)
                return GetRawConfig(multiplexer);
        }
        catch (MissingMethodException)
        {
            // Another version of the client.
        }
        return ConfigurationOptions.Parse(connection.Configuration);
    }

    // The client shows no more than their text, in which there are no callbacks and no certificates.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_RawConfig")]
    private static extern ConfigurationOptions GetRawConfig(ConnectionMultiplexer multiplexer);
}
