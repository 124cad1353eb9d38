using StackExchange.Redis;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Contracts;

/// <summary>The remote engine on a cluster.</summary>
public sealed class ClusterFixture(RedisServer server, ServerCluster cluster) : ProtocolFixture(server, RedisProtocol.Resp3)
{
    public override EngineTraits Traits => base.Traits with { ReadsAcrossSlots = false };

    protected override Task<ConfigurationOptions> ConfigureAsync() => cluster.ConfigureAsync();
}
