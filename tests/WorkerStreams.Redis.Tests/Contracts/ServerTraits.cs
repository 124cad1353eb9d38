using WorkerStreams.Engine.Contract;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Contracts;

/// <summary>What the remote engine does on a server.</summary>
internal static class ServerTraits
{
    public static EngineTraits Of(RedisServer server) =>
        (server.IsValkey ? EngineTraits.Valkey91 : new(server.Version)) with { LimitsBytes = false, RenewsGoneEntries = false };
}
