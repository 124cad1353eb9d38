using System.Buffers;

namespace WorkerStreams.Server.Protocol;

/// <summary>
/// Reads commands from bytes that come in pieces of any size: arrays of bulk strings, and lines. Nothing is allocated for a word, no byte is looked at twice but in
/// the line that it ends in, and memory grows with what was received, not with what is announced.
/// </summary>
internal sealed class RequestReader(RequestLimits limits) : IDisposable
{
    private const int LeastBuffer = 4 * 1024;
    private const int Unknown = -1;

    // What is not read yet lies from _position to _end; the command that is being read began at _start.
    private byte[] _buffer = [];
    private int _start, _position, _end;
    private int _wordsLeft;
    private int _wordLength = Unknown;

    /// <summary>The command read last.</summary>
    public Request Request { get; } = new();

    /// <summary>What was wrong, as Redis tells it, after <see cref="ReadStatus.Broken"/>.</summary>
    public string Error { get; private set; } = "";

    /// <summary>The bytes that were received and not read.</summary>
    public int Waiting => Math.Max(0, _end - _position);

    /// <summary>The bytes for which there is room.</summary>
    public int Free => Math.Max(0, _buffer.Length - _end);

    /// <summary>Takes what was received.</summary>
    public void Append(in ReadOnlySequence<byte> received)
    {
        var length = checked((int)received.Length);
        MakeRoom(length);
        received.CopyTo(_buffer.AsSpan(_end));
        _end += length;
    }

    /// <summary>Gives memory back where nothing is begun, so that a client that says nothing holds little.</summary>
    public void Release()
    {
        if (_start < _end)
            return;
        Request.Begin();
        Dispose();
    }

    /// <summary>Reads the next command.</summary>
    /// <param name="isStranger">Whether the client has yet to tell its password: it may not send much.</param>
    public ReadStatus Read(bool isStranger)
    {
        if (_wordsLeft == 0)
        {
            _start = _position;
            if (_start == _end)
                return ReadStatus.Incomplete;
            Request.Begin();
            if (_buffer[_start] != '*')
                return ReadLine();
            var status = ReadNumber("too big mbulk count string", "invalid multibulk length", RequestLimits.MaxWords, out var count);
            if (status != ReadStatus.Complete)
                return status;
            if (isStranger && count > RequestLimits.MaxStrangersWords)
                return Break("unauthenticated multibulk length");
            _wordsLeft = (int)Math.Max(count, 0);
        }
        return ReadWords(isStranger);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _position, _end) = ([], 0, 0, 0);
    }

    private ReadStatus ReadWords(bool isStranger)
    {
        for (; _wordsLeft > 0; _wordsLeft--)
        {
            if (_wordLength == Unknown)
            {
                var status = ReadWordLength(isStranger);
                if (status != ReadStatus.Complete)
                    return status;
            }
            if (_end - _position < _wordLength + 2)
                return ReadStatus.Incomplete;
            Request.Add(_position - _start, _wordLength);
            _position += _wordLength + 2;
            _wordLength = Unknown;
        }
        Request.Complete(_buffer, _start);
        _start = _position;
        return ReadStatus.Complete;
    }

    private ReadStatus ReadWordLength(bool isStranger)
    {
        if (_position < _end && _buffer[_position] != '$' && _buffer.AsSpan(_position, _end - _position).Contains((byte)'\r'))
            return Break($"expected '$', got '{(_buffer[_position] is var got and not 0 ? (char)got + "'" : "")}");
        var status = ReadNumber("too big bulk count string", "invalid bulk length", limits.MaxBytes, out var length);
        if (status != ReadStatus.Complete)
            return status;
        if (length < 0 || length > limits.MaxBytes - (_position - _start))
            return Break("invalid bulk length");
        if (isStranger && length > RequestLimits.MaxStrangersWord)
            return Break("unauthenticated bulk length");
        _wordLength = (int)length;
        return ReadStatus.Complete;
    }

    // A sign, a number, and the end of the line.
    private ReadStatus ReadNumber(string tooLong, string invalid, long max, out long number)
    {
        number = 0;
        var rest = _buffer.AsSpan(_position, _end - _position);
        var end = rest.IndexOf((byte)'\r');
        if (end < 0)
            return rest.Length > RequestLimits.MaxLine ? Break(tooLong) : ReadStatus.Incomplete;
        if (end + 1 >= rest.Length)
            return ReadStatus.Incomplete;
        if (!Integer.TryParse(rest[1..end], out number) || number > max)
            return Break(invalid);
        _position += end + 2;
        return ReadStatus.Complete;
    }

    private ReadStatus ReadLine()
    {
        var rest = _buffer.AsSpan(_start, _end - _start);
        // As a text in C the line ends at a zero, behind which Redis sees no end of it.
        var end = rest.IndexOfAny((byte)'\n', (byte)0);
        if (end < 0 || rest[end] == 0)
            return rest.Length > RequestLimits.MaxLine ? Break("too big inline request") : ReadStatus.Incomplete;
        var line = rest[..(end > 0 && rest[end - 1] == '\r' ? end - 1 : end)];
        var words = new byte[line.Length];
        if (!InlineWords.TrySplit(line, words, Request))
            return Break("unbalanced quotes in request");
        Request.Complete(words, 0);
        _start = _position = _start + end + 1;
        return ReadStatus.Complete;
    }

    private ReadStatus Break(string error)
    {
        Error = "ERR Protocol error: " + error;
        return ReadStatus.Broken;
    }

    private void MakeRoom(int length)
    {
        if (_buffer.Length - _end >= length)
            return;
        var kept = _end - _start;
        var needed = checked(kept + length);
        var larger = needed <= _buffer.Length / 2 ? _buffer
            : ArrayPool<byte>.Shared.Rent(Math.Max(LeastBuffer, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * kept))));
        _buffer.AsSpan(_start, kept).CopyTo(larger);
        if (!ReferenceEquals(larger, _buffer) && _buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
        (_start, _position, _end) = (0, _position - _start, kept);
    }
}
