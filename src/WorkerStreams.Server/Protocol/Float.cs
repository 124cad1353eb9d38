using System.Globalization;
using System.Text;

namespace WorkerStreams.Server.Protocol;

/// <summary>Numbers that may be no whole ones, as Redis reads them.</summary>
internal static class Float
{
    private const int MaxLength = 5 * 1024;

    /// <summary>Digits with or without a point and an exponent, such ones to the base of 16 after <c>0x</c>, and <c>inf</c>: no white space.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double number)
    {
        number = 0;
        if (text.Length is 0 or >= MaxLength)
            return false;
        var isNegative = text[0] == '-';
        var digits = isNegative || text[0] == '+' ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(digits, "inf"u8) || Ascii.EqualsIgnoreCase(digits, "infinity"u8))
            number = double.PositiveInfinity;
        else if (digits is [(byte)'0', (byte)'x' or (byte)'X', ..])
        {
            if (!TryParseHex(digits[2..], out number))
                return false;
        }
        else if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number) || double.IsNaN(number))
        {
            return false;
        }
        if (isNegative)
            number = -number;
        return true;
    }

    private static bool TryParseHex(ReadOnlySpan<byte> text, out double number)
    {
        var (digits, exponent, hasPoint) = (0, 0, false);
        number = 0;
        var i = 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.' && !hasPoint)
            {
                hasPoint = true;
                continue;
            }
            if (!char.IsAsciiHexDigit((char)text[i]))
                break;
            number = (number * 16) + Convert.FromHexString(['0', (char)text[i]])[0];
            digits++;
            exponent -= hasPoint ? 4 : 0;
        }
        if (i < text.Length)
        {
            if ((text[i] | 0x20) != 'p' || !int.TryParse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given))
                return false;
            exponent += Math.Clamp(given, -MaxLength * 4, MaxLength * 4);
        }
        number = Math.ScaleB(number, exponent);
        return digits > 0;
    }
}
