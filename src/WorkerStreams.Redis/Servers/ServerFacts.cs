using System.Globalization;

namespace WorkerStreams.Redis.Servers;

/// <summary>What a server has told of itself.</summary>
/// <param name="Product">Redis or Valkey.</param>
/// <param name="Version">The product's version.</param>
/// <param name="Source">Who told it.</param>
/// <param name="Info">What INFO told; empty where it may not be used.</param>
internal sealed record ServerFacts(ServerProduct Product, Version Version, FactSource Source, IReadOnlyDictionary<string, string> Info)
{
    private static readonly Dictionary<string, string> Nothing = [];

    /// <summary>Whether it has commands for what is done by scripts elsewhere, as a RESP listener has.</summary>
    public bool HasOwnCommands { get; init; }

    /// <summary>Facts from the text of INFO; null where that tells no version.</summary>
    public static ServerFacts? OfInfo(string text)
    {
        var info = new Dictionary<string, string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(':', 2) is [var name, var value])
                info[name] = value.TrimEnd('\r');
        }
        // Valkey also says which Redis it is compatible with.
        return info.TryGetValue("valkey_version", out var valkey) ? Of(ServerProduct.Valkey, valkey, FactSource.Info, info)
            : info.TryGetValue("redis_version", out var redis) ? Of(ServerProduct.Redis, redis, FactSource.Info, info)
            : null;
    }

    /// <summary>Facts from the reply to HELLO, names and values in turn; null where that tells no version.</summary>
    public static ServerFacts? OfHello(IReadOnlyList<string> words)
    {
        var isValkey = After("server") == "valkey";
        return After("version") is { } version ? Of(isValkey ? ServerProduct.Valkey : ServerProduct.Redis, version, FactSource.Hello, Nothing) : null;

        string? After(string name) => words.Index().Where(word => word.Index % 2 == 0 && word.Item == name).Select(word => words[word.Index + 1]).FirstOrDefault();
    }

    /// <summary>What the client takes the server for.</summary>
    public static ServerFacts OfClient(Version version) => new(ServerProduct.Redis, version, FactSource.Client, Nothing);

    public string? Text(string name) => Info.GetValueOrDefault(name);

    public long? Number(string name) => long.TryParse(Text(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    // What follows a dash, as in 9.0.0-rc1, is left out.
    private static ServerFacts? Of(ServerProduct product, string version, FactSource source, IReadOnlyDictionary<string, string> info) =>
        Version.TryParse(version.Split('-')[0], out var parsed) ? new(product, parsed, source, info) : null;
}

internal enum ServerProduct
{
    Redis,

    Valkey,
}

internal enum FactSource
{
    Info,

    Hello,

    /// <summary>Nobody: the client's assumption.</summary>
    Client,
}
