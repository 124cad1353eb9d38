namespace WorkerStreams.Configuration;

/// <summary>Puts configuration over what code has set, checks the outcome, and notes each error with the place it comes from.</summary>
/// <param name="table">The settings that there are.</param>
/// <param name="options">The options as code has set them.</param>
/// <param name="call">The call in code, for values that configuration does not give.</param>
/// <param name="errors">Where errors go.</param>
internal sealed class SettingsBinding<TOptions>(Setting<TOptions>[] table, TOptions options, string call, ICollection<string> errors)
{
    private readonly Dictionary<string, string> _configuredPaths = [];
    private readonly HashSet<string> _wrong = [];

    public void Bind(IEnumerable<ConfiguredValue> configured)
    {
        foreach (var value in configured)
            Bind(value);
        foreach (var setting in table)
        {
            if (!_configuredPaths.ContainsKey(setting.Name) && !setting.IsAllowed(options))
                Refuse(setting.Name, setting.Allowed);
        }
    }

    /// <summary>Notes that a setting's value is not allowed, unless it is known to be wrong already.</summary>
    public void Refuse(string name, string allowed)
    {
        if (_wrong.Add(name))
            errors.Add($"{Describe(name)}. Allowed: {allowed}.");
    }

    /// <summary>Notes that two settings are not allowed together, unless one of them is known to be wrong already.</summary>
    public void Refuse(string name, string other, string allowed)
    {
        if (!_wrong.Contains(name) && !_wrong.Contains(other))
            errors.Add($"{Describe(name)}, but {Describe(other)}. Allowed: {allowed}.");
    }

    private void Bind(ConfiguredValue configured)
    {
        var (path, key, text) = configured;
        if (Array.Find(table, row => row.Name.Equals(key, StringComparison.OrdinalIgnoreCase)) is not { } setting)
        {
            var names = table.Select(row => row.Name);
            errors.Add($"{path} is '{(table.Any(row => row.IsSecret) ? ConfiguredValue.Hidden : text)}', but there is no such setting.{Suggestion.For(key, names)} Allowed: {string.Join(", ", names)}.");
            return;
        }
        _configuredPaths[setting.Name] = path;
        if (!setting.TrySet(options, text.Trim()) && _wrong.Add(setting.Name))
            errors.Add($"{path} is {Show(setting, text)}. Allowed: {setting.Allowed}.");
    }

    private string Describe(string name)
    {
        var setting = Array.Find(table, row => row.Name == name)!;
        return $"{_configuredPaths.GetValueOrDefault(name) ?? $"{call}: {name}"} is {Show(setting, setting.Show(options))}";
    }

    private string Show(Setting<TOptions> setting, string text) =>
        $"'{(setting.IsSecret && text.Length > 0 ? ConfiguredValue.Hidden : text)}'{setting.ExplainFault(options, text)}";
}
