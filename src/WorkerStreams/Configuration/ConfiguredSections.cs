using Microsoft.Extensions.Configuration;

namespace WorkerStreams.Configuration;

/// <summary>A value from configuration.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Key">Its name within the section of its owner.</param>
/// <param name="Text">The value; empty where configuration says null.</param>
internal readonly record struct ConfiguredValue(string Path, string Key, string Text)
{
    /// <summary>Stands in messages for what may be a secret.</summary>
    public const string Hidden = "***";
}

/// <summary>
/// What the section <c>WorkerStreams</c> holds, value by value, each given to its owner: a registered consumer, a stream with producers, or the
/// engine. Owners' names may hold colons, as streams' do, so the longest name that fits owns a value.
/// </summary>
internal sealed class ConfiguredSections
{
    public const string Engine = "Engine";
    public const string Health = "Health";

    private const string Root = "WorkerStreams";
    private const string Consumers = "Consumers";
    private const string Producers = "Producers";

    /// <summary>The sections that there are with every engine.</summary>
    public static readonly IReadOnlyList<string> Common = [Consumers, Producers, Engine, Health];

    private readonly IReadOnlyList<string> _sections;
    private readonly IReadOnlyCollection<string> _owners;
    private readonly ICollection<string> _errors;
    private readonly ILookup<string, ConfiguredValue> _byOwner;

    /// <param name="configuration">The application's configuration, if it has one.</param>
    /// <param name="owners">The sections that belong to somebody.</param>
    /// <param name="own">The section that the engine alone has, if it has one: of all that there is the one that may hold secrets.</param>
    /// <param name="errors">Where values go that belong to nobody.</param>
    public ConfiguredSections(IConfiguration? configuration, IReadOnlyCollection<string> owners, string? own, ICollection<string> errors)
    {
        (_owners, _sections, _errors) = (own is null ? owners : [.. owners, own], own is null ? Common : [.. Common, own], errors);
        var values = new List<(string Owner, ConfiguredValue Value)>();
        foreach (var leaf in Leaves(configuration?.GetSection(Root)))
        {
            var name = leaf.Path[(Root.Length + 1)..];
            if (FindOwner(name) is not { } owner)
                RefuseOrphan(name, leaf.Value ?? "");
            else if (name.Length > owner.Length)
                values.Add((owner, new(leaf.Path, name[(owner.Length + 1)..], leaf.Value ?? "")));
            else if (leaf.Value is { Length: > 0 } text)
                errors.Add($"{leaf.Path} is '{(owner == own ? ConfiguredValue.Hidden : text)}'. Allowed: a section of settings.");
        }
        _byOwner = values.ToLookup(value => value.Owner, value => value.Value, StringComparer.OrdinalIgnoreCase);
    }

    public IEnumerable<ConfiguredValue> this[string owner] => _byOwner[owner];

    public static string OfConsumer(string name) => $"{Consumers}:{name}";

    public static string OfProducer(string stream) => $"{Producers}:{stream}";

    private static IEnumerable<IConfigurationSection> Leaves(IConfigurationSection? section)
    {
        foreach (var child in section?.GetChildren() ?? [])
        {
            var leaves = Leaves(child).ToList();
            if (leaves.Count == 0 || child.Value is { Length: > 0 })
                yield return child;
            foreach (var leaf in leaves)
                yield return leaf;
        }
    }

    private string? FindOwner(string name) =>
        _owners.Where(owner => name.StartsWith(owner, StringComparison.OrdinalIgnoreCase) && (name.Length == owner.Length || name[owner.Length] == ':'))
            .MaxBy(owner => owner.Length);

    private void RefuseOrphan(string name, string text)
    {
        var kind = name.Split(':')[0];
        var known = _sections.FirstOrDefault(known => known.Equals(kind, StringComparison.OrdinalIgnoreCase));
        if (known is null)
            _errors.Add($"{Root}:{kind} is no section.{Suggestion.For(kind, _sections)} Allowed: {string.Join(", ", _sections)}.");
        else if (name.Length > kind.Length)
            RefuseUnregistered(known, name[(kind.Length + 1)..]);
        else if (text.Length > 0)
            _errors.Add($"{Root}:{kind} is '{text}'. Allowed: a section.");
    }

    private void RefuseUnregistered(string kind, string name)
    {
        // The last part is the setting, unless the section is empty.
        var section = name.Contains(':') ? name[..name.LastIndexOf(':')] : name;
        var registered = _owners.Where(owner => owner.StartsWith(kind + ":", StringComparison.Ordinal)).Select(owner => owner[(kind.Length + 1)..]).ToList();
        _errors.Add(
            $"{Root}:{kind}:{section} names no registered {(kind == Consumers ? "consumer" : "producer's stream")}.{Suggestion.For(section, registered)}"
            + $" Allowed: {(registered.Count == 0 ? "nothing, none is registered" : string.Join(", ", registered))}.");
    }
}
