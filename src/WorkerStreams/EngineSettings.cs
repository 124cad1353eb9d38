using WorkerStreams.Configuration;

namespace WorkerStreams;

/// <summary>
/// The settings of an engine, for <see cref="WorkerStreamsBuilder.UseEngine{TOptions}"/>: how they are called in the engine's section of the configuration and
/// what is allowed. They are checked when the host starts, with all others.
/// </summary>
/// <typeparam name="TOptions">What code and configuration set; configuration wins.</typeparam>
public sealed class EngineSettings<TOptions>
    where TOptions : class
{
    private readonly List<Setting<TOptions>> _table = [];

    /// <summary>Settings in the section <c>WorkerStreams:&lt;section&gt;</c>.</summary>
    /// <param name="section">The section's name, without colons.</param>
    /// <param name="call">The method that chooses the engine, for messages.</param>
    /// <exception cref="ArgumentException">The name is empty, has a colon, or is that of another section.</exception>
    public EngineSettings(string section, string call)
    {
        ArgumentException.ThrowIfNullOrEmpty(section);
        ArgumentException.ThrowIfNullOrEmpty(call);
        if (section.Contains(':') || ConfiguredSections.Common.Contains(section, StringComparer.OrdinalIgnoreCase))
            throw new ArgumentException($"The section is called '{section}'. Allowed: a name without ':', and none of {string.Join(", ", ConfiguredSections.Common)}.", nameof(section));
        (Section, Call) = (section, call);
    }

    internal string Section { get; }

    internal string Call { get; }

    internal Setting<TOptions>[] Table => [.. _table];

    /// <summary>A whole number.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="min">The least that is allowed.</param>
    /// <param name="max">The greatest that is allowed.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Writes the property; called with allowed values only.</param>
    public EngineSettings<TOptions> Number(string name, long min, long max, Func<TOptions, long> get, Action<TOptions, long> set) =>
        Add(Setting<TOptions>.Of(name, TextForm.Number, (min, max), get, set));

    /// <summary>A duration, written as <c>500ms</c> or <c>00:00:30</c>.</summary>
    /// <inheritdoc cref="Number"/>
    public EngineSettings<TOptions> Duration(string name, TimeSpan min, TimeSpan max, Func<TOptions, TimeSpan> get, Action<TOptions, TimeSpan> set) =>
        Add(Setting<TOptions>.Of(name, TextForm.Duration, (min, max), get, set));

    /// <summary>A text that may hold a secret. No message shows it, nor what stands under an unknown name in this section.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="allowed">What is allowed, in words that end a message.</param>
    /// <param name="fault">What is wrong with a text, in a few words that give nothing away; null where nothing is. Asked with null where there is none.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Writes the property; called with allowed values only.</param>
    public EngineSettings<TOptions> Secret(
        string name, string allowed, Func<TOptions, string?, string?> fault, Func<TOptions, string?> get, Action<TOptions, string> set) =>
        Add(Setting<TOptions>.Secret(name, allowed, fault, get, set));

    /// <summary>Checks options that no host checks.</summary>
    /// <param name="options">The options.</param>
    /// <param name="place">Where they come from, for the messages.</param>
    /// <exception cref="ArgumentException">One or more settings are not allowed; all of them are named.</exception>
    public void Check(TOptions options, string place)
    {
        List<string> errors = [];
        new SettingsBinding<TOptions>(Table, options, place, errors).Bind([]);
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors));
    }

    private EngineSettings<TOptions> Add(Setting<TOptions> setting)
    {
        _table.Add(setting);
        return this;
    }
}
