using System.Globalization;

namespace WorkerStreams.Server.Protocol;

/// <summary>Whole numbers as Redis reads them.</summary>
internal static class Integer
{
    /// <summary>The longest, in bytes.</summary>
    private const int MaxLength = 20;

    /// <summary>Digits, and a minus: no plus, no white space, no zero before another digit.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.Length is 0 or > MaxLength)
            return false;
        var digits = text[0] == '-' ? text[1..] : text;
        if (digits.IsEmpty || (digits[0] == '0' && text.Length > 1))
            return false;
        return digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}
