using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WorkerStreams.Engine;

/// <summary>
/// The binary-safe name of a stream (its key), of a consumer group or of a consumer. Compared byte by byte.
/// Make it once and keep it: it carries its hash.
/// </summary>
public readonly struct StreamName : IEquatable<StreamName>, IComparable<StreamName>
{
    private readonly byte[]? _bytes;
    private readonly int _hash;
    private readonly ushort _slot;

    /// <summary>A name of these bytes, which are copied.</summary>
    public StreamName(ReadOnlySpan<byte> bytes)
        : this(bytes.ToArray())
    {
    }

    /// <summary>A name of this text in UTF-8.</summary>
    public StreamName(string text)
        : this(Encoding.UTF8.GetBytes(text))
    {
    }

    private StreamName(byte[] bytes)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        (_bytes, _hash, _slot) = (bytes, hash.ToHashCode(), (ushort)HashSlot.Of(WithoutDatabase(bytes)));
    }

    /// <summary>The bytes of the name.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The name's hash slot, see <see cref="HashSlot"/>; without what tells the database, so that keys which share one do so in each.</summary>
    internal int Slot => _slot;

    /// <summary>Whether the name is empty, as the default value is.</summary>
    public bool IsEmpty => _bytes is null or [];

    /// <summary>A name of this text in UTF-8.</summary>
    public static implicit operator StreamName(string text) => new(text);

    /// <summary>A name of this text in UTF-8.</summary>
    public static StreamName FromString(string text) => new(text);

    /// <summary>
    /// The name of a stream's companion, such as its dead letters: of the same cluster slot, so that both change in one step.
    /// <c>orders</c> has <c>{orders}:dead</c>; a name that bears a hash tag gets a plain suffix, <c>{t1}:orders</c> has <c>{t1}:orders:dead</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The name holds a <c>}</c> outside a hash tag, so no companion shares its slot.</exception>
    public StreamName Companion(string suffix)
    {
        var writer = new ArrayBufferWriter<byte>();
        if (HashSlot.HasTag(Bytes))
            writer.Write(Bytes);
        else if (Bytes.Contains((byte)'}'))
            throw new ArgumentException($"The stream name '{this}' holds a '}}' that closes no hash tag, so no companion can share its slot. Allowed: a name without '}}', or with a tag such as '{{t1}}:orders'.");
        else
        {
            writer.Write("{"u8);
            writer.Write(Bytes);
            writer.Write("}"u8);
        }
        writer.Write(":"u8);
        writer.Write(Encoding.UTF8.GetBytes(suffix));
        return new(writer.WrittenSpan);
    }

    // A front that has several databases names the keys of all but one by a zero, db and a letter before them.
    private static ReadOnlySpan<byte> WithoutDatabase(ReadOnlySpan<byte> name) => name is [0, (byte)'d', (byte)'b', >= (byte)'b' and <= (byte)'p', ..] ? name[4..] : name;

    /// <inheritdoc/>
    public bool Equals(StreamName other) => ReferenceEquals(_bytes, other._bytes) || (_hash == other._hash && Bytes.SequenceEqual(other.Bytes));

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is StreamName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>Orders by bytes, as Redis lists groups and consumers.</summary>
    public int CompareTo(StreamName other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>Whether both are the same bytes.</summary>
    public static bool operator ==(StreamName left, StreamName right) => left.Equals(right);

    /// <summary>Whether they differ in any byte.</summary>
    public static bool operator !=(StreamName left, StreamName right) => !left.Equals(right);

    /// <summary>Whether <paramref name="left"/> comes first by bytes.</summary>
    public static bool operator <(StreamName left, StreamName right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes last by bytes.</summary>
    public static bool operator >(StreamName left, StreamName right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(StreamName left, StreamName right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(StreamName left, StreamName right) => left.CompareTo(right) >= 0;

    /// <summary>The name as text; bytes that are no UTF-8 show as U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);
}
