using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace WorkerStreams.Engine;

/// <summary>
/// The id of a stream entry, <c>milliseconds-sequence</c>, both unsigned 64-bit numbers; ordered by the pair.
/// Written in canonical decimal; read leniently (<c>06-1</c> is 6-1, a missing sequence is 0), as Redis does.
/// </summary>
/// <param name="Milliseconds">Usually the engine's clock at append, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Sequence">Tells entries of one millisecond apart.</param>
public readonly record struct StreamEntryId(ulong Milliseconds, ulong Sequence)
    : IComparable<StreamEntryId>, ISpanFormattable, IUtf8SpanFormattable, ISpanParsable<StreamEntryId>
{
    /// <summary>The longest text that is read as an id, in characters.</summary>
    internal const int MaxTextLength = 127;

    /// <summary>0-0, the smallest id. No entry bears it.</summary>
    public static StreamEntryId MinValue => default;

    /// <summary>18446744073709551615-18446744073709551615, the greatest id.</summary>
    public static StreamEntryId MaxValue => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>The next greater id, or false at <see cref="MaxValue"/>.</summary>
    public bool TryIncrement(out StreamEntryId next)
    {
        next = Sequence < ulong.MaxValue ? new(Milliseconds, Sequence + 1)
            : Milliseconds < ulong.MaxValue ? new(Milliseconds + 1, 0)
            : default;
        return next != default;
    }

    /// <summary>The next smaller id, or false at <see cref="MinValue"/>.</summary>
    public bool TryDecrement(out StreamEntryId previous)
    {
        previous = Sequence > 0 ? new(Milliseconds, Sequence - 1)
            : Milliseconds > 0 ? new(Milliseconds - 1, ulong.MaxValue)
            : default;
        return this != default;
    }

    /// <inheritdoc/>
    public int CompareTo(StreamEntryId other) =>
        Milliseconds != other.Milliseconds ? Milliseconds.CompareTo(other.Milliseconds) : Sequence.CompareTo(other.Sequence);

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(StreamEntryId left, StreamEntryId right) =>
        left.Milliseconds < right.Milliseconds | (left.Milliseconds == right.Milliseconds & left.Sequence < right.Sequence);

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(StreamEntryId left, StreamEntryId right) => right < left;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(StreamEntryId left, StreamEntryId right) => !(right < left);

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(StreamEntryId left, StreamEntryId right) => !(left < right);

    /// <summary>Reads an id; a missing sequence is 0.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidId"/>: the text is no id.</exception>
    public static StreamEntryId Parse(string text) => Parse(text.AsSpan(), null);

    /// <inheritdoc cref="Parse(string)"/>
    public static StreamEntryId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, out var id) ? id : throw StreamEngineException.InvalidId();

    /// <inheritdoc cref="Parse(string)"/>
    public static StreamEntryId Parse(string s, IFormatProvider? provider) => Parse(s.AsSpan(), provider);

    /// <summary>Reads an id; a missing sequence is <paramref name="missingSequence"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out StreamEntryId id, ulong missingSequence = 0)
    {
        id = default;
        if (text.Length is 0 or > MaxTextLength)
            return false;
        var dash = text.IndexOf('-');
        var sequence = missingSequence;
        if (!TryParseNumber(dash < 0 ? text : text[..dash], out var milliseconds)
            || (dash >= 0 && !TryParseNumber(text[(dash + 1)..], out sequence)))
            return false;
        id = new(milliseconds, sequence);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out StreamEntryId result) => TryParse(s, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StreamEntryId result) =>
        TryParse(s.AsSpan(), out result);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}", out charsWritten);

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        System.Text.Unicode.Utf8.TryWrite(utf8Destination, CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}", out bytesWritten);

    /// <summary>The canonical text, such as <c>1526919030474-0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    // Digits only: no sign, no white space, no thousands separators.
    private static bool TryParseNumber(ReadOnlySpan<char> text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
