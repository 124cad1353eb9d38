using System.Text;

namespace WorkerStreams.Server.Commands;

/// <summary>Finds commands by their names in letters of any case, without making a text of them.</summary>
internal sealed class CommandNames : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => Ascii.EqualsIgnoreCase(alternate, other);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

    // Long words are no commands, so their ends need not be looked at.
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = alternate.Length;
        foreach (var letter in alternate[..Math.Min(alternate.Length, 24)])
            hash = (hash * 31) + (letter | 0x20);
        return hash;
    }
}
