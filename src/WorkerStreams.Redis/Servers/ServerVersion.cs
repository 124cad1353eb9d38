namespace WorkerStreams.Redis.Servers;

/// <summary>Refuses servers that lack what the engine stands on.</summary>
internal static class ServerVersion
{
    private static readonly Version Least = new(6, 2);

    /// <summary>Why the server cannot be used, or null where it can. What is only assumed is no reason to refuse it.</summary>
    public static string? Refuse(string server, ServerFacts facts) =>
        facts is { Product: ServerProduct.Redis, Source: not FactSource.Client } && facts.Version < Least
            ? $"ERR The server {server} is Redis {facts.Version}. WorkerStreams needs Redis {Least} or later, or Valkey."
            : null;
}
