namespace WorkerStreams.Redis.Configuration;

/// <summary>What <c>UseRedis</c> and the section <c>WorkerStreams:Redis</c> say.</summary>
internal sealed class RedisSettings
{
    private const string ConnectionString = "a connection string of StackExchange.Redis such as localhost:6379,user=app,ssl=true";

    public static readonly EngineSettings<RedisSettings> Table = new EngineSettings<RedisSettings>("Redis", "UseRedis")
        .Secret(nameof(Configuration), ConnectionString, (s, text) => s.FaultOf(text), s => s.Configuration, (s, text) => (s.Configuration, s.Origin) = (text, "WorkerStreams:Redis:Configuration"))
        .Number(nameof(Options.MaxBlockingConnections), 1, 1000, s => s.Options.MaxBlockingConnections, (s, value) => s.Options.MaxBlockingConnections = (int)value)
        .Number(nameof(Options.WaitForReplicas), 0, 100, s => s.Options.WaitForReplicas, (s, value) => s.Options.WaitForReplicas = (int)value)
        .Duration(
            nameof(Options.ReplicaTimeout),
            TimeSpan.FromMilliseconds(10),
            TimeSpan.FromMinutes(1),
            s => s.Options.ReplicaTimeout,
            (s, value) => s.Options.ReplicaTimeout = value);

    /// <summary>The connection string; null where code says otherwise how to connect, or nobody does.</summary>
    public string? Configuration { get; set; }

    /// <summary>Where it is said how to connect, for messages.</summary>
    public string Origin { get; private set; } = "the argument of UseRedis";

    /// <summary>Whether code says how to connect by other means than a connection string.</summary>
    public bool IsConnectionGiven { get; init; }

    public RedisEngineOptions Options { get; init; } = new();

    /// <exception cref="ArgumentException">One or more settings are not allowed; all of them are named.</exception>
    public static void Check(RedisEngineOptions? options) =>
        Table.Check(new() { IsConnectionGiven = true, Options = options ?? new() }, nameof(RedisEngineOptions));

    private string? FaultOf(string? text) =>
        IsConnectionGiven ? text is null ? null : "UseRedis is given the client's settings, or a connection, in code, and there can't be both"
        : string.IsNullOrWhiteSpace(text) ? "there is none, neither in configuration nor as an argument of UseRedis"
        : ConnectionText.FaultOf(text);
}
