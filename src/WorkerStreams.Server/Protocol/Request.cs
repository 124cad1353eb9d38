using System.Text;

namespace WorkerStreams.Server.Protocol;

/// <summary>The words of one command, as they lie in the buffer they were received in. Valid until the reader is given more or asked for the next one.</summary>
internal sealed class Request
{
    private const int FewWords = 16, ManyWords = 1024;

    private (int Offset, int Length)[] _words = new (int, int)[FewWords];
    private byte[] _buffer = [];
    private int _start;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index] => new(_buffer, _start + _words[index].Offset, _words[index].Length);

    /// <summary>Whether a word is this one, in letters of any case.</summary>
    /// <param name="index">The word.</param>
    /// <param name="word">In capital letters.</param>
    public bool Is(int index, ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(this[index], word);

    /// <summary>Forgets the words of the command before.</summary>
    public void Begin()
    {
        Count = 0;
        if (_words.Length > ManyWords)
            _words = new (int, int)[FewWords];
    }

    /// <param name="offset">Counted from the beginning of the command.</param>
    /// <param name="length">In bytes.</param>
    public void Add(int offset, int length)
    {
        if (Count == _words.Length)
            Array.Resize(ref _words, 2 * Count);
        _words[Count++] = (offset, length);
    }

    /// <summary>All words are there.</summary>
    public void Complete(byte[] buffer, int start) => (_buffer, _start) = (buffer, start);

    /// <summary>The bytes of all words.</summary>
    public int Length
    {
        get
        {
            var length = 0;
            for (var i = 0; i < Count; i++)
                length += _words[i].Length;
            return length;
        }
    }

    /// <summary>The same words in memory of their own.</summary>
    public Request Copy()
    {
        var copy = new Request { _words = new (int, int)[Math.Max(Count, 1)] };
        var buffer = new byte[Length];
        var written = 0;
        for (var i = 0; i < Count; i++)
        {
            this[i].CopyTo(buffer.AsSpan(written));
            copy.Add(written, _words[i].Length);
            written += _words[i].Length;
        }
        copy.Complete(buffer, 0);
        return copy;
    }
}
