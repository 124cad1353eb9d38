using WorkerStreams.Engine;

namespace WorkerStreams.Server.Keys;

/// <summary>A key's value that is no stream.</summary>
internal abstract class Value
{
    /// <summary>What a member takes beside its bytes, about.</summary>
    protected const int MemberBytes = 64;

    /// <summary>As TYPE tells it.</summary>
    public abstract string Type { get; }

    /// <summary>As OBJECT ENCODING tells it.</summary>
    public abstract string Encoding { get; }

    /// <summary>Whether there is nothing in it, so that the key goes.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>The memory that it takes, about, in bytes.</summary>
    public long Bytes { get; private set; } = MemberBytes;

    /// <summary>How often it was changed.</summary>
    public long Changes { get; private set; }

    /// <summary>One of its own, with the same in it.</summary>
    public abstract Value Copy();

    /// <summary>It takes so many bytes more.</summary>
    protected void Grow(long bytes)
    {
        Bytes += bytes;
        Changes++;
    }
}

/// <summary>A string.</summary>
internal sealed class TextValue : Value
{
    // As Redis tells one that lies in one piece with its head.
    private const int MostEmbedded = 44;

    private readonly bool _isGrown;

    public TextValue(byte[] text, bool isGrown = false)
    {
        (Text, _isGrown) = (text, isGrown);
        Grow(text.Length);
    }

    public byte[] Text { get; }

    public override string Type => "string";

    public override string Encoding =>
        _isGrown ? "raw" : Protocol.Integer.TryParse(Text, out _) ? "int" : Text.Length <= MostEmbedded ? "embstr" : "raw";

    public override bool IsEmpty => false;

    public override Value Copy() => new TextValue(Text, _isGrown);
}

/// <summary>A list.</summary>
internal sealed class ListValue : Value
{
    private const int MostInOnePiece = 8192;

    private readonly LinkedList<byte[]> _items = [];

    public IReadOnlyCollection<byte[]> Items => _items;

    public override string Type => "list";

    public override string Encoding => Bytes <= MostInOnePiece ? "listpack" : "quicklist";

    public override bool IsEmpty => _items.Count == 0;

    public void Push(byte[] item, bool first)
    {
        Grow(MemberBytes + item.Length);
        if (first)
            _items.AddFirst(item);
        else
            _items.AddLast(item);
    }

    /// <summary>Takes one that is there.</summary>
    public byte[] Pop(bool first)
    {
        var node = (first ? _items.First : _items.Last)!;
        _items.Remove(node);
        Grow(-(MemberBytes + node.Value.Length));
        return node.Value;
    }

    public override Value Copy()
    {
        var copy = new ListValue();
        foreach (var item in _items)
            copy.Push(item, first: false);
        return copy;
    }
}

/// <summary>A set.</summary>
internal sealed class SetValue : Value
{
    private const int MostInOnePiece = 128;

    private readonly HashSet<StreamName> _members = [];

    public IReadOnlyCollection<StreamName> Members => _members;

    public override string Type => "set";

    public override string Encoding =>
        _members.All(static member => Protocol.Integer.TryParse(member.Bytes, out _)) ? "intset" : _members.Count <= MostInOnePiece ? "listpack" : "hashtable";

    public override bool IsEmpty => _members.Count == 0;

    public bool Contains(StreamName member) => _members.Contains(member);

    public bool Add(StreamName member)
    {
        if (!_members.Add(member))
            return false;
        Grow(MemberBytes + member.Bytes.Length);
        return true;
    }

    public bool Remove(StreamName member)
    {
        if (!_members.Remove(member))
            return false;
        Grow(-(MemberBytes + member.Bytes.Length));
        return true;
    }

    public override Value Copy()
    {
        var copy = new SetValue();
        foreach (var member in _members)
            copy.Add(member);
        return copy;
    }
}

/// <summary>A hash.</summary>
internal sealed class HashValue : Value
{
    private const int MostInOnePiece = 128;

    private readonly Dictionary<StreamName, byte[]> _fields = [];

    public IReadOnlyDictionary<StreamName, byte[]> Fields => _fields;

    public override string Type => "hash";

    public override string Encoding => _fields.Count <= MostInOnePiece ? "listpack" : "hashtable";

    public override bool IsEmpty => _fields.Count == 0;

    /// <returns>Whether the field is new.</returns>
    public bool Set(StreamName field, byte[] value)
    {
        var isNew = !Remove(field);
        _fields.Add(field, value);
        Grow(MemberBytes + field.Bytes.Length + value.Length);
        return isNew;
    }

    public bool Remove(StreamName field)
    {
        if (!_fields.Remove(field, out var value))
            return false;
        Grow(-(MemberBytes + field.Bytes.Length + value.Length));
        return true;
    }

    public override Value Copy()
    {
        var copy = new HashValue();
        foreach (var (field, value) in _fields)
            copy.Set(field, value);
        return copy;
    }
}
