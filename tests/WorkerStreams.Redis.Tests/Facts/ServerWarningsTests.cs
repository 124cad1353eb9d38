using WorkerStreams.Redis.Servers;

namespace WorkerStreams.Redis.Tests.Facts;

/// <summary>What INFO must tell for streams to be in danger.</summary>
public sealed class ServerWarningsTests
{
    private const string AnyKeys = "any keys, whole streams among them", Expiring = "keys that expire, streams to which an EXPIRE was given among them";

    [Theory]
    [InlineData("maxmemory:0\r\nmaxmemory_policy:allkeys-lru", null)]
    [InlineData("maxmemory:1000\r\nmaxmemory_policy:noeviction", null)]
    [InlineData("maxmemory:1000", null)]
    [InlineData("maxmemory_policy:allkeys-lru", null)]
    [InlineData("maxmemory:1000\r\nmaxmemory_policy:allkeys-lru", "maxmemory is 1000 bytes with the policy allkeys-lru: when they are used up the server deletes " + AnyKeys)]
    [InlineData("maxmemory:1000\r\nmaxmemory_policy:allkeys-lrm", "maxmemory is 1000 bytes with the policy allkeys-lrm: when they are used up the server deletes " + AnyKeys)]
    [InlineData("maxmemory:1000\r\nmaxmemory_policy:volatile-ttl", "maxmemory is 1000 bytes with the policy volatile-ttl: when they are used up the server deletes " + Expiring)]
    public void Eviction(string info, string? danger) => Assert.Equal(danger, ServerWarnings.Eviction(Facts(info)));

    [Theory]
    [InlineData("aof_enabled:1\r\nrdb_saves:0", false)]
    [InlineData("aof_enabled:0\r\nrdb_saves:3", false)]
    [InlineData("aof_enabled:0\r\nrdb_saves:0", true)]
    [InlineData("aof_enabled:0\r\nrdb_last_save_time:1795545156", true)]
    [InlineData("rdb_saves:0", false)]
    public void Persistence(string info, bool isEndangered) => Assert.Equal(isEndangered, ServerWarnings.Persistence(Facts(info)) is not null);

    private static ServerFacts Facts(string info) => ServerFacts.OfInfo($"redis_version:7.0.15\r\n{info}\r\n")!;
}
