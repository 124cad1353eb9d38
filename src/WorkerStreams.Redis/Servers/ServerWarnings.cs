namespace WorkerStreams.Redis.Servers;

/// <summary>What in a server's settings endangers streams, as far as INFO tells.</summary>
internal static class ServerWarnings
{
    /// <summary>How streams may be evicted, or null where they are not, or where that is not known.</summary>
    public static string? Eviction(ServerFacts facts) => facts.Number("maxmemory") is > 0 and var bytes && facts.Text("maxmemory_policy") is { } policy && policy != "noeviction"
        ? $"maxmemory is {bytes} bytes with the policy {policy}: when they are used up the server deletes "
            + (policy.StartsWith("volatile-", StringComparison.Ordinal) ? "keys that expire, streams to which an EXPIRE was given among them" : "any keys, whole streams among them")
        : null;

    /// <summary>Why the server may forget all when it ends, or null where it writes a log or has taken snapshots, or where that is not known.</summary>
    public static string? Persistence(ServerFacts facts) => facts.Number("aof_enabled") == 0 && facts.Number("rdb_saves") is null or 0
        ? "it writes no append-only file, and INFO tells of no snapshot since its start; unless it has save points, a restart loses all streams"
        : null;
}
