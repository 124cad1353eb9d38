using System.Buffers;
using System.Buffers.Text;
using System.Text;
using WorkerStreams.Engine;

namespace WorkerStreams.Server.Protocol;

/// <summary>Writes replies as the client has asked for them, in RESP2 or RESP3, straight into the output.</summary>
internal sealed class ReplyWriter(IBufferWriter<byte> output)
{
    // A sign, the digits of a number, and the end of the line.
    private const int NumberLine = 1 + 20 + 2;

    // Two numbers and what parts them.
    private const int MaxId = (2 * 20) + 1;

    private static readonly SearchValues<byte> EndsOfLines = SearchValues.Create("\r\n"u8);

    /// <summary>2 or 3.</summary>
    public int Version { get; set; } = 2;

    /// <summary>The most bytes written without being sent.</summary>
    public long MostBytes { get; init; } = long.MaxValue;

    /// <summary>Whether there were more, so that the client is to be answered nothing any more.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Whether nothing is written at all, as the client has asked for.</summary>
    public bool IsMute { get; set; }

    /// <summary>The bytes written since this was set to 0.</summary>
    public long Written { get; set; }

    /// <summary>The most bytes that a bulk string may have now.</summary>
    public long RoomForBulk => Math.Max(MostBytes - Written - NumberLine - 2, 0);

    public void Ok() => Raw("+OK\r\n"u8);

    /// <param name="text">Without an end of line.</param>
    public void Simple(ReadOnlySpan<byte> text) => Line((byte)'+', text);

    /// <param name="text">With its code word; ends of lines become spaces.</param>
    public void Error(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd("\r\n"u8);
        var line = new byte[text.Length];
        text.CopyTo(line);
        line.AsSpan().ReplaceAny(EndsOfLines, (byte)' ');
        Line((byte)'-', line);
    }

    public void Number(long number) => NumberOf((byte)':', number);

    public void Bulk(ReadOnlySpan<byte> text)
    {
        var span = output.GetSpan(NumberLine + text.Length + 2);
        span[0] = (byte)'$';
        Utf8Formatter.TryFormat(text.Length, span[1..], out var digits);
        var length = digits + 1;
        "\r\n"u8.CopyTo(span[length..]);
        text.CopyTo(span[(length + 2)..]);
        "\r\n"u8.CopyTo(span[(length + 2 + text.Length)..]);
        Advance(length + text.Length + 4);
    }

    public void Bulk(string text) => Bulk(Encoding.UTF8.GetBytes(text));

    /// <summary>A number as a text.</summary>
    public void BulkNumber(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Bulk(digits[..length]);
    }

    public void Id(StreamEntryId id)
    {
        Span<byte> text = stackalloc byte[MaxId];
        Utf8Formatter.TryFormat(id.Milliseconds, text, out var length);
        text[length++] = (byte)'-';
        Utf8Formatter.TryFormat(id.Sequence, text[length..], out var sequence);
        Bulk(text[..(length + sequence)]);
    }

    /// <summary>A text for people.</summary>
    public void Verbatim(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        BeginVerbatim(bytes.Length);
        Part(bytes);
        EndVerbatim();
    }

    /// <summary>A text for people, of so many bytes, follows in parts.</summary>
    public void BeginVerbatim(long bytes)
    {
        var mark = Version < 3 ? ""u8 : "txt:"u8;
        NumberOf(Version < 3 ? (byte)'$' : (byte)'=', mark.Length + bytes);
        Raw(mark);
    }

    /// <summary>A part of it.</summary>
    public void Part(ReadOnlySpan<byte> text) => Raw(text);

    /// <summary>All parts are there.</summary>
    public void EndVerbatim() => Raw("\r\n"u8);

    public void Null() => Raw(Version < 3 ? "$-1\r\n"u8 : "_\r\n"u8);

    /// <summary>Nothing in the place of an array.</summary>
    public void NullArray() => Raw(Version < 3 ? "*-1\r\n"u8 : "_\r\n"u8);

    /// <summary>So many elements follow.</summary>
    public void Array(int count) => NumberOf((byte)'*', count);

    /// <summary>So many elements follow in no order.</summary>
    public void Set(int count) => NumberOf(Version < 3 ? (byte)'*' : (byte)'~', count);

    /// <summary>So many pairs follow; in RESP2 they are elements one by one.</summary>
    public void Map(int pairs)
    {
        if (Version < 3)
            Array(2 * pairs);
        else
            NumberOf((byte)'%', pairs);
    }

    private void NumberOf(byte sign, long number)
    {
        var span = output.GetSpan(NumberLine);
        span[0] = sign;
        Utf8Formatter.TryFormat(number, span[1..], out var digits);
        "\r\n"u8.CopyTo(span[(digits + 1)..]);
        Advance(digits + 3);
    }

    private void Line(byte sign, ReadOnlySpan<byte> text)
    {
        var span = output.GetSpan(text.Length + 3);
        span[0] = sign;
        text.CopyTo(span[1..]);
        "\r\n"u8.CopyTo(span[(text.Length + 1)..]);
        Advance(text.Length + 3);
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    private void Advance(int count)
    {
        if (IsMute)
            return;
        if (Written + count > MostBytes)
        {
            // What is there will not be sent, so what follows need not be kept.
            (IsMute, IsTooLong) = (true, true);
            return;
        }
        output.Advance(count);
        Written += count;
    }
}
