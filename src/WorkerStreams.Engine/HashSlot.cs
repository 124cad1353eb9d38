namespace WorkerStreams.Engine;

/// <summary>The slot of a key, by the Redis Cluster specification: CRC16 (XMODEM) of its hash tag, or of the whole key, modulo 16384.</summary>
public static class HashSlot
{
    /// <summary>The number of slots.</summary>
    public const int Count = 16384;

    private static readonly ushort[] Table = MakeTable();

    /// <summary>The slot of <paramref name="key"/>, 0 to 16383.</summary>
    public static int Of(ReadOnlySpan<byte> key)
    {
        ushort crc = 0;
        foreach (var b in HasTag(key, out var tag) ? tag : key)
            crc = (ushort)((crc << 8) ^ Table[(crc >> 8) ^ b]);
        return crc % Count;
    }

    internal static bool HasTag(ReadOnlySpan<byte> key) => HasTag(key, out _);

    // The tag is what stands between the first '{' and the first '}' after it, unless that is nothing.
    private static bool HasTag(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> tag)
    {
        tag = default;
        var open = key.IndexOf((byte)'{');
        if (open < 0)
            return false;
        var length = key[(open + 1)..].IndexOf((byte)'}');
        if (length <= 0)
            return false;
        tag = key.Slice(open + 1, length);
        return true;
    }

    private static ushort[] MakeTable()
    {
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = (ushort)(i << 8);
            for (var bit = 0; bit < 8; bit++)
                crc = (ushort)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
            table[i] = crc;
        }
        return table;
    }
}
