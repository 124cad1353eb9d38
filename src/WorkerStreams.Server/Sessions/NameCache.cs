using WorkerStreams.Engine;

namespace WorkerStreams.Server.Sessions;

/// <summary>The names that a client used lately, so that those it uses in command after command are made once.</summary>
internal sealed class NameCache
{
    private const int Size = 8;

    // Longer ones are made anew, so that an idle client holds little.
    private const int LongestKept = 64;

    private StreamName[]? _names;

    public StreamName Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > LongestKept)
            return new(bytes);
        _names ??= new StreamName[Size];
        ref var name = ref _names[(bytes.Length + bytes[^1] + bytes[bytes.Length / 2]) % Size];
        if (!name.Bytes.SequenceEqual(bytes))
            name = new(bytes);
        return name;
    }
}
