using System.Globalization;

namespace WorkerStreams.Server.Protocol;

/// <summary>Splits a line into words by Redis's rules: in <c>"..."</c> there are escapes, in <c>'...'</c> only that of the quote itself.</summary>
internal static class InlineWords
{
    /// <param name="line">The line without its end.</param>
    /// <param name="words">Room for the words, as much as the line has.</param>
    /// <param name="request">Is told where the words are in it.</param>
    /// <returns>False where a quote is not closed, or something follows on it.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> line, Span<byte> words, Request request)
    {
        var written = 0;
        while (true)
        {
            line = line.TrimStart(" \t\n\v\f\r"u8);
            if (line.IsEmpty)
                return true;
            var begun = written;
            if (!TryTakeWord(ref line, words, ref written))
                return false;
            request.Add(begun, written - begun);
        }
    }

    private static bool TryTakeWord(ref ReadOnlySpan<byte> line, Span<byte> words, ref int written)
    {
        while (!line.IsEmpty && line[0] is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
        {
            var first = line[0];
            line = line[1..];
            if (first is not ((byte)'"' or (byte)'\''))
            {
                words[written++] = first;
                continue;
            }
            if (!TryTakeQuoted(ref line, first, words, ref written))
                return false;
            return line.IsEmpty || IsSpace(line[0]);
        }
        return true;
    }

    private static bool TryTakeQuoted(ref ReadOnlySpan<byte> line, byte quote, Span<byte> words, ref int written)
    {
        while (!line.IsEmpty)
        {
            var next = line[0];
            if (next == quote)
            {
                line = line[1..];
                return true;
            }
            var taken = 1;
            if (next == '\\' && line.Length > 1)
                next = quote == '"' ? Unescape(line, out taken) : line[1] == quote ? Skip(quote, out taken) : next;
            words[written++] = next;
            line = line[taken..];
        }
        return false;
    }

    private static byte Skip(byte quote, out int taken)
    {
        taken = 2;
        return quote;
    }

    private static byte Unescape(ReadOnlySpan<byte> line, out int taken)
    {
        if (line.Length >= 4 && line[1] == 'x' && char.IsAsciiHexDigit((char)line[2]) && char.IsAsciiHexDigit((char)line[3]))
        {
            taken = 4;
            return byte.Parse(line.Slice(2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }
        taken = 2;
        return line[1] switch
        {
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            (byte)'b' => (byte)'\b',
            (byte)'a' => (byte)'\a',
            var other => other,
        };
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or >= (byte)'\t' and <= (byte)'\r';
}
