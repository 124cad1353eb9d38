namespace WorkerStreams.Redis.Servers;

/// <summary>What servers can do, by their versions. Where an ability is missing the engine does the same by other means, as far as that can be.</summary>
internal static class ServerAbilities
{
    // A Valkey of null has it in no version.
    private static readonly (ServerAbility Ability, string Name, Version Redis, Version? Valkey)[] Known =
    [
        (ServerAbility.AutoClaim, "auto-claim", new(6, 2), new(7, 2)),
        (ServerAbility.GroupLag, "group lag", new(7, 0), new(7, 2)),
        (ServerAbility.References, "XACKDEL and XDELEX", new(8, 2), null),
        (ServerAbility.ClaimingReads, "XREADGROUP CLAIM", new(8, 4), null),
        (ServerAbility.IdempotentAppends, "idempotent XADD", new(8, 6), null),
        (ServerAbility.IdempotencyRecords, "XIDMPRECORD", new(8, 6, 2), null),
        (ServerAbility.NegativeAcknowledgements, "XNACK", new(8, 8), null),
    ];

    /// <summary>The product, its version, who says so, and what it has and lacks, in a few words.</summary>
    public static string Describe(ServerFacts facts)
    {
        var has = Known.Where(ability => Has(facts, ability.Redis, ability.Valkey)).Select(ability => ability.Name).ToList();
        var lacks = Known.Select(ability => ability.Name).Except(has).ToList();
        if (facts.HasOwnCommands)
            has.Add("commands in place of scripts");
        return $"{facts.Product} {facts.Version} {Say(facts.Source)}: has {List(has)}; lacks {List(lacks)}";
    }

    /// <summary>Why something cannot be asked of a server that lacks the ability it needs, or null where it can. What is only assumed is no reason to refuse it.</summary>
    /// <param name="ability">The ability.</param>
    /// <param name="what">What is asked, as its command.</param>
    /// <param name="server">The server's name.</param>
    /// <param name="facts">What it has told.</param>
    public static string? Refuse(ServerAbility ability, string what, string server, ServerFacts facts)
    {
        var (_, _, redis, valkey) = Array.Find(Known, known => known.Ability == ability);
        return facts.Source == FactSource.Client || Has(facts, redis, valkey) ? null : $"ERR {what} needs Redis {redis} or later. The server {server} is {facts.Product} {facts.Version}.";
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
