namespace WorkerStreams.Configuration;

/// <summary>One row of a table of settings: how it is read from text and what is allowed. Without reflection, so that it survives trimming.</summary>
internal sealed class Setting<TOptions>
{
    private readonly Func<TOptions, string, bool> _trySet;
    private readonly Func<TOptions, bool> _isAllowed;
    private readonly Func<TOptions, string> _show;
    private readonly Func<TOptions, string?, string?>? _fault;

    private Setting(
        string name,
        string allowed,
        Func<TOptions, string, bool> trySet,
        Func<TOptions, bool> isAllowed,
        Func<TOptions, string> show,
        Func<TOptions, string?, string?>? fault = null) =>
        (Name, Allowed, _trySet, _isAllowed, _show, _fault) = (name, allowed, trySet, isAllowed, show, fault);

    public string Name { get; }

    /// <summary>What is allowed, to end a message with.</summary>
    public string Allowed { get; }

    /// <summary>Whether its values are not to be shown.</summary>
    public bool IsSecret => _fault is not null;

    /// <summary>What is wrong with a text, where that is not plain from what is allowed: to follow the text in a message.</summary>
    public string ExplainFault(TOptions options, string text) => _fault?.Invoke(options, text) is { } fault ? $": {fault}" : "";

    /// <summary>Sets the value that the text says; false, and nothing is set, where it says none that is allowed.</summary>
    public bool TrySet(TOptions options, string text) => _trySet(options, text);

    /// <summary>Whether the present value is allowed.</summary>
    public bool IsAllowed(TOptions options) => _isAllowed(options);

    /// <summary>The present value as text.</summary>
    public string Show(TOptions options) => _show(options);

    /// <summary>A value that is always there.</summary>
    /// <param name="name">The property's name.</param>
    /// <param name="form">How it is written.</param>
    /// <param name="range">The least and the greatest allowed; a greatest of null is no limit.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Writes the property; called with allowed values only.</param>
    public static Setting<TOptions> Of<T>(string name, TextForm<T> form, (T Min, T? Max) range, Func<TOptions, T> get, Action<TOptions, T> set)
        where T : struct, IComparable<T> =>
        new(
            name,
            Describe(form, range),
            (options, text) =>
            {
                if (!form.TryParse(text, out var value) || !IsIn(range, value))
                    return false;
                set(options, value);
                return true;
            },
            options => IsIn(range, get(options)),
            options => form.Show(get(options)));

    /// <summary>A value that may be left out: null in code, an empty text in configuration.</summary>
    /// <inheritdoc cref="Of{T}"/>
    public static Setting<TOptions> Optional<T>(string name, TextForm<T> form, (T Min, T? Max) range, Func<TOptions, T?> get, Action<TOptions, T?> set)
        where T : struct, IComparable<T> =>
        new(
            name,
            Describe(form, range) + ", or nothing",
            (options, text) =>
            {
                var isGiven = text.Length > 0;
                var value = default(T);
                if (isGiven && !(form.TryParse(text, out value) && IsIn(range, value)))
                    return false;
                set(options, isGiven ? value : null);
                return true;
            },
            options => get(options) is not { } value || IsIn(range, value),
            options => get(options) is { } value ? form.Show(value) : "");

    /// <summary>A text that may be left out: null in code, an empty text in configuration.</summary>
    public static Setting<TOptions> OptionalText(string name, int maxLength, Func<TOptions, string?> get, Action<TOptions, string?> set) =>
        new(
            name,
            $"1 to {maxLength} characters, or nothing",
            (options, text) =>
            {
                if (text.Length > maxLength)
                    return false;
                set(options, text.Length > 0 ? text : null);
                return true;
            },
            options => get(options) is not { } text || (text.Length > 0 && text.Length <= maxLength),
            options => get(options) ?? "");

    /// <summary>A text that is not shown.</summary>
    /// <inheritdoc cref="EngineSettings{TOptions}.Secret"/>
    public static Setting<TOptions> Secret(
        string name, string allowed, Func<TOptions, string?, string?> fault, Func<TOptions, string?> get, Action<TOptions, string> set) =>
        new(
            name,
            allowed,
            (options, text) =>
            {
                if (fault(options, text) is not null)
                    return false;
                set(options, text);
                return true;
            },
            options => fault(options, get(options)) is null,
            options => get(options) ?? "",
            fault);

    /// <summary>One of a few values.</summary>
    public static Setting<TOptions> OneOf<T>(string name, (string Text, T Value)[] choices, Func<TOptions, T> get, Action<TOptions, T> set)
        where T : struct =>
        new(
            name,
            string.Join(" or ", choices.Select(choice => choice.Text)),
            (options, text) =>
            {
                var index = Array.FindIndex(choices, choice => choice.Text.Equals(text, StringComparison.OrdinalIgnoreCase));
                if (index < 0)
                    return false;
                set(options, choices[index].Value);
                return true;
            },
            options => choices.Any(choice => choice.Value.Equals(get(options))),
            options => Array.Find(choices, choice => choice.Value.Equals(get(options))).Text ?? get(options).ToString()!);

    private static bool IsIn<T>((T Min, T? Max) range, T value)
        where T : struct, IComparable<T> =>
        value.CompareTo(range.Min) >= 0 && (range.Max is not { } max || value.CompareTo(max) <= 0);

    private static string Describe<T>(TextForm<T> form, (T Min, T? Max) range)
        where T : struct =>
        $"{form.What}{(form.Example is { } example ? $" such as {example}," : "")} from {form.Show(range.Min)}{(range.Max is { } max ? $" to {form.Show(max)}" : " on")}";
}
