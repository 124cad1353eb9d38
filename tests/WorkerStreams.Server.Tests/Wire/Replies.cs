using System.Buffers.Text;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>Reads replies one after the other, to see whether bytes are replies and nothing else.</summary>
internal static class Replies
{
    /// <summary>Counts replies.</summary>
    /// <param name="bytes">They, one after the other.</param>
    /// <param name="mayEndWithin">Whether the last one may have been cut off.</param>
    /// <exception cref="FormatException">They are something else.</exception>
    public static int Count(ReadOnlySpan<byte> bytes, bool mayEndWithin = false)
    {
        var count = 0;
        for (var position = 0; position < bytes.Length; count++)
        {
            if (TryPass(bytes, ref position))
                continue;
            return mayEndWithin ? count : throw new FormatException($"The {count + 1}. reply does not end.");
        }
        return count;
    }

    // False where it does not end.
    private static bool TryPass(ReadOnlySpan<byte> bytes, ref int position)
    {
        for (var left = 1L; left > 0; left--)
        {
            var length = bytes[position..].IndexOf("\r\n"u8);
            if (length < 0)
                return false;
            var line = bytes.Slice(position, length);
            position += length + 2;
            if (line.IsEmpty || line.IndexOfAny((byte)'\r', (byte)'\n') >= 0)
                throw Bad(line);
            left += Elements(line);
            if (line[0] is (byte)'$' or (byte)'=' && Number(line) is >= 0 and var text)
            {
                if (bytes.Length - position < text + 2)
                    return false;
                if (!bytes.Slice(position + (int)text, 2).SequenceEqual("\r\n"u8))
                    throw Bad(line);
                position += (int)text + 2;
            }
            if (left > 1 && position == bytes.Length)
                return false;
        }
        return true;
    }

    private static long Elements(ReadOnlySpan<byte> line) => line[0] switch
    {
        (byte)'*' or (byte)'~' => Math.Max(Number(line), 0),
        (byte)'%' => 2 * Math.Max(Number(line), 0),
        (byte)'$' or (byte)'=' or (byte)':' => 0 * Number(line),
        (byte)'+' or (byte)'-' => 0,
        (byte)'_' when line.Length == 1 => 0,
        _ => throw Bad(line),
    };

    private static long Number(ReadOnlySpan<byte> line) =>
        Utf8Parser.TryParse(line[1..], out long number, out var used) && used == line.Length - 1 && (number >= -1 || line[0] == ':') ? number : throw Bad(line);

    private static FormatException Bad(ReadOnlySpan<byte> line) => new($"There is '{System.Text.Encoding.Latin1.GetString(line)}', which begins no reply.");
}
