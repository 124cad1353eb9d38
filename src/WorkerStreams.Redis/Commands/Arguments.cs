using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Commands;

/// <summary>The words of a command after its name, as the client takes them. Every text and byte is copied.</summary>
internal sealed class Arguments
{
    // Two numbers of twenty digits and what comes after each.
    private const int MaxIdLength = 42;

    private const int MaxKeptBytes = 64 * 1024, MaxKeptWords = 1024;

    [ThreadStatic]
    private static Arguments? t_kept;

    private RedisKeyOrValue[] _words = new RedisKeyOrValue[16];

    // What the words are of. Where it is full, those made so far keep it, and the next ones go to another.
    private byte[] _bytes = new byte[256];
    private int _used;

    // The client wants an array for a key, and the next command of this thread is mostly for the same stream.
    private byte[] _lastKey = [];

    /// <summary>The number of words.</summary>
    public int Count { get; private set; }

    public ReadOnlyMemory<RedisKeyOrValue> Words => _words.AsMemory(0, Count);

    /// <summary>Words that may be given back when the command is sent.</summary>
    public static Arguments Take()
    {
        var kept = t_kept;
        t_kept = null;
        return kept ?? new();
    }

    public void GiveBack()
    {
        if (_bytes.Length > MaxKeptBytes || _words.Length > MaxKeptWords)
            return;
        Array.Clear(_words, 0, Count);
        (Count, _used) = (0, 0);
        t_kept = this;
    }

    /// <summary>A key: in a cluster the command goes where it lives.</summary>
    public Arguments Key(StreamName stream)
    {
        if (!stream.Bytes.SequenceEqual(_lastKey))
            _lastKey = stream.Bytes.ToArray();
        return Word((RedisKey)_lastKey);
    }

    public Arguments Name(StreamName name) => Bytes(name.Bytes);

    public Arguments Text(string word) => Word((RedisValue)word);

    public Arguments Number(long number) => Word((RedisValue)number);

    public Arguments Id(StreamEntryId id)
    {
        id.TryFormat(Room(MaxIdLength), out var length);
        return Written(length);
    }

    public Arguments Ids(ReadOnlySpan<StreamEntryId> ids)
    {
        foreach (var id in ids)
            Id(id);
        return this;
    }

    public Arguments Bound(RangeBound bound) => bound.Exclusive ? Text($"({bound.Id}") : Id(bound.Id);

    /// <summary>A time to have passed, in whole milliseconds: not a part of one too little.</summary>
    public Arguments AtLeast(TimeSpan time) => Number(Math.Max(0, (long)Math.Ceiling(time.TotalMilliseconds)));

    public Arguments Position(GroupPosition position) => position.Id is { } id ? Id(id) : Text("$");

    public Arguments Options(Arguments options)
    {
        MakeRoom(options.Count);
        options.Words.CopyTo(_words.AsMemory(Count));
        Count += options.Count;
        return this;
    }

    /// <summary>The names and values, in order. They share one copy.</summary>
    public Arguments Fields(EntryFields fields)
    {
        fields.Encoded.CopyTo(Room(fields.EncodedLength));
        foreach (var field in fields)
        {
            Take(field.Name.Length);
            Take(field.Value.Length);
        }
        return this;

        void Take(int length)
        {
            _used += sizeof(int);
            Written(length);
        }
    }

    /// <summary>Ids apart by blanks, for a script.</summary>
    public Arguments Joined(ReadOnlySpan<StreamEntryId> ids)
    {
        var room = Room(MaxIdLength * ids.Length);
        var length = 0;
        foreach (var id in ids)
        {
            id.TryFormat(room[length..], out var written);
            length += written;
            room[length++] = (byte)' ';
        }
        return Written(length);
    }

    /// <summary>As the client takes them where it may send them again, or to one server. They share the bytes, so these words are not to be given back.</summary>
    public object[] Boxed()
    {
        var boxed = new object[Count];
        for (var i = 0; i < boxed.Length; i++)
            boxed[i] = _words[i].IsKey ? (object)_words[i].Key : _words[i].Value;
        return boxed;
    }

    private Arguments Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        return Written(bytes.Length);
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _used < length)
            (_bytes, _used) = (new byte[Math.Max(length, 2 * _bytes.Length)], 0);
        return _bytes.AsSpan(_used);
    }

    private Arguments Written(int length)
    {
        RedisValue word = (ReadOnlyMemory<byte>)_bytes.AsMemory(_used, length);
        _used += length;
        return Word(word);
    }

    private Arguments Word(RedisKeyOrValue word)
    {
        MakeRoom(1);
        _words[Count++] = word;
        return this;
    }

    private void MakeRoom(int count)
    {
        if (_words.Length - Count < count)
            Array.Resize(ref _words, Math.Max(Count + count, 2 * Count));
    }
}
