using StackExchange.Redis;

namespace WorkerStreams.Redis.Connections;

/// <summary>Finds the server that has a key and takes writes to it.</summary>
internal static class PrimaryServer
{
    /// <exception cref="RedisConnectionException">None is known, or none is connected; the client itself says so by an exception that is none of its own.</exception>
    public static IServer Of(IConnectionMultiplexer multiplexer, RedisKey key)
    {
        try
        {
            return multiplexer.GetServer(key, flags: CommandFlags.DemandMaster);
        }
        catch (InvalidOperationException none)
        {
            throw new RedisConnectionException(ConnectionFailureType.UnableToResolvePhysicalConnection, CommandFlags.None, none.Message, none, CommandStatus.WaitingToBeSent);
        }
    }
}
