using System.Globalization;

namespace WorkerStreams.Configuration;

/// <summary>How values of one kind are written in configuration and in messages.</summary>
/// <param name="What">The kind, with an article.</param>
/// <param name="Example">Such a value, or null where that goes without saying.</param>
/// <param name="TryParse">Reads a value.</param>
/// <param name="Show">Writes a value in a form that can be read again.</param>
internal sealed record TextForm<T>(string What, string? Example, TryParse<T> TryParse, Func<T, string> Show);

internal delegate bool TryParse<T>(string text, out T value);

internal static class TextForm
{
    private static readonly (string Suffix, long Scale)[] ByteUnits = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("", 1)];

    // Milliseconds before seconds and minutes: "ms" also ends in "s".
    private static readonly (string Suffix, long Scale)[] TimeUnits =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute), ("s", TimeSpan.TicksPerSecond),
    ];

    public static TextForm<long> Number { get; } = new("a whole number", Example: null, TryParseNumber, value => value.ToString(CultureInfo.InvariantCulture));

    public static TextForm<long> Size { get; } = new("a size in bytes", "16MiB", TryParseSize, ShowSize);

    public static TextForm<TimeSpan> Duration { get; } = new("a duration", "30s or 00:00:30", TryParseDuration, ShowDuration);

    private static bool TryParseNumber(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryParseSize(string text, out long value) => TryParseScaled(text, ByteUnits, out value);

    private static bool TryParseDuration(string text, out TimeSpan value)
    {
        // A bare number would be days and hh:mm is easily meant as mm:ss, so neither is taken.
        if (text.Count(':') == 2)
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value);
        var parsed = TryParseScaled(text, TimeUnits, out var ticks);
        value = new(ticks);
        return parsed;
    }

    private static bool TryParseScaled(string text, (string Suffix, long Scale)[] units, out long value)
    {
        value = 0;
        foreach (var (suffix, scale) in units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                continue;
            if (!TryParseNumber(text[..^suffix.Length].TrimEnd(), out var count))
                return false;
            var scaled = (Int128)count * scale;
            value = unchecked((long)scaled);
            return value == scaled;
        }
        return false;
    }

    private static string ShowSize(long value) => ShowScaled(value, ByteUnits)!;

    private static string ShowDuration(TimeSpan value) =>
        value == TimeSpan.Zero ? "0s"
        : ShowScaled(value.Ticks, [.. TimeUnits.OrderByDescending(unit => unit.Scale)])
        ?? value.ToString("c", CultureInfo.InvariantCulture);

    private static string? ShowScaled(long value, (string Suffix, long Scale)[] unitsFromLargest)
    {
        foreach (var (suffix, scale) in unitsFromLargest)
        {
            if (value % scale == 0 && (value != 0 || scale == 1))
                return string.Create(CultureInfo.InvariantCulture, $"{value / scale}{suffix}");
        }
        return null;
    }
}
