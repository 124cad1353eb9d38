namespace WorkerStreams.Redis.Servers;

/// <summary>What servers can do, by their versions. Where an ability is missing the engine does the same by other means; those of 8.2 and later it does not use yet.</summary>
internal static class ServerAbilities
{
    // A Valkey of null has it in no version.
    private static readonly (string Name, Version Redis, Version? Valkey)[] Known =
    [
        ("auto-claim", new(6, 2), new(7, 2)),
        ("group lag", new(7, 0), new(7, 2)),
        ("XACKDEL and XDELEX", new(8, 2), null),
        ("XREADGROUP CLAIM", new(8, 4), null),
        ("idempotent XADD", new(8, 6), null),
        ("XNACK", new(8, 8), null),
    ];

    /// <summary>The product, its version, who says so, and what it has and lacks, in a few words.</summary>
    public static string Describe(ServerFacts facts)
    {
        var has = Known.Where(ability => Has(facts, ability.Redis, ability.Valkey)).Select(ability => ability.Name).ToList();
        var lacks = Known.Select(ability => ability.Name).Except(has).ToList();
        return $"{facts.Product} {facts.Version} {Say(facts.Source)}: has {List(has)}; lacks {List(lacks)}";
    }

    private static bool Has(ServerFacts facts, Version redis, Version? valkey) =>
        (facts.Product == ServerProduct.Redis ? redis : valkey) is { } since && facts.Version >= since;

    private static string Say(FactSource source) => source switch
    {
        FactSource.Info => "(told by INFO)",
        FactSource.Hello => "(told by HELLO; INFO may not be used)",
        _ => "(assumed by the client; neither INFO nor HELLO may be used)",
    };

    private static string List(List<string> names) => names.Count > 0 ? string.Join(", ", names) : "nothing";
}
