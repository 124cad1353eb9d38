using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace WorkerStreams.Server.Hosting;

/// <summary>The section <c>RespListener</c> of the configuration: setting by setting it wins over code.</summary>
internal static class ConfiguredOptions
{
    private const string Section = "RespListener";

    private const string SizeText = "a number of bytes such as 65536, or 64KiB, 16MiB, 1GiB", NumberText = "a whole number";

    private static readonly (string Unit, TimeSpan Length)[] Durations =
        [("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1))];

    private static readonly (string Unit, long Bytes)[] Sizes = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    private static readonly ConfiguredOption[] All =
    [
        new(nameof(RespListenerOptions.Address), "an address of this machine such as 127.0.0.1", static (options, text) => IPAddress.TryParse(text, out var address) && Set(options.Address = address)),
        new(nameof(RespListenerOptions.Port), NumberText, static (options, text) => TryNumber(text, out var number) && Set(options.Port = number)),
        new(nameof(RespListenerOptions.MaxClients), NumberText, static (options, text) => TryNumber(text, out var number) && Set(options.MaxClients = number)),
        new(nameof(RespListenerOptions.MaxRequestBytes), SizeText, static (options, text) => TrySize(text, out var bytes) && Set(options.MaxRequestBytes = bytes)),
        new(nameof(RespListenerOptions.MaxValueBytes), SizeText, static (options, text) => TrySize(text, out var bytes) && Set(options.MaxValueBytes = bytes)),
        new(nameof(RespListenerOptions.MaxReplyBytes), SizeText, static (options, text) => TrySize(text, out var bytes) && Set(options.MaxReplyBytes = bytes)),
        new(nameof(RespListenerOptions.IdleTimeout), "a duration such as 30s, 5m or 00:05:00, or nothing", static (options, text) => TryDuration(text, out var time) && Set(options.IdleTimeout = time)),
        new(nameof(RespListenerOptions.Password), "any text", static (options, text) => Set(options.Password = Text(text)), IsSecret: true),
        new(nameof(RespListenerOptions.ReadOnlyPassword), "any text", static (options, text) => Set(options.ReadOnlyPassword = Text(text)), IsSecret: true),
        new(nameof(RespListenerOptions.CertificateFile), "a path", static (options, text) => Set(options.CertificateFile = Text(text))),
        new(nameof(RespListenerOptions.KeyFile), "a path", static (options, text) => Set(options.KeyFile = Text(text))),
    ];

    /// <param name="configuration">The application's, if it has one.</param>
    /// <param name="options">What is set.</param>
    /// <param name="errors">What is no setting, or cannot be read.</param>
    public static void Apply(IConfiguration? configuration, RespListenerOptions options, List<string> errors)
    {
        foreach (var setting in configuration?.GetSection(Section).GetChildren() ?? [])
        {
            var option = Array.Find(All, option => option.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (option is null)
                errors.Add($"{setting.Path} is no setting. Allowed: {string.Join(", ", All.Select(static option => option.Name))}.");
            else if (!option.TrySet(options, setting.Value ?? ""))
                errors.Add($"{setting.Path} is '{(option.IsSecret ? "***" : setting.Value)}'. Allowed: {option.Allowed}.");
        }
    }

    private static bool Set<TValue>(TValue _) => true;

    private static string? Text(string text) => text.Length == 0 ? null : text;

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool TrySize(string text, out int bytes)
    {
        var (unit, factor) = Array.Find(Sizes, size => text.EndsWith(size.Unit, StringComparison.OrdinalIgnoreCase));
        var isNumber = long.TryParse(text.AsSpan(..^(unit?.Length ?? 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var size = unit is null ? number : number <= int.MaxValue ? number * factor : long.MaxValue;
        bytes = (int)Math.Min(size, int.MaxValue);
        return isNumber;
    }

    // A bare number may be meant as anything.
    private static bool TryDuration(string text, out TimeSpan? time)
    {
        time = null;
        if (text.Length == 0)
            return true;
        var (unit, length) = Array.Find(Durations, duration => text.EndsWith(duration.Unit, StringComparison.OrdinalIgnoreCase));
        if (unit is not null && uint.TryParse(text.AsSpan(..^unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            time = number <= TimeSpan.MaxValue / length ? number * length : TimeSpan.MaxValue;
        else if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var whole))
            time = whole;
        return time is not null;
    }

    private sealed record ConfiguredOption(string Name, string Allowed, Func<RespListenerOptions, string, bool> TrySet, bool IsSecret = false);
}
