using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Journal;

/// <summary>CRC32C (Castagnoli), by the processor's own instruction where it has one: 8 bytes in its 3 cycles.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        ref var at = ref MemoryMarshal.GetReference(bytes);
        var words = bytes.Length & ~7;
        for (var i = 0; i < words; i += sizeof(ulong))
            crc = BitOperations.Crc32C(crc, LittleEndian(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref at, i))));
        for (var i = words; i < bytes.Length; i++)
            crc = BitOperations.Crc32C(crc, bytes[i]);
        return ~crc;
    }

    /// <summary>As the CRC of the two words' bytes.</summary>
    public static uint Of(ulong first, ulong second, uint seed) => ~BitOperations.Crc32C(BitOperations.Crc32C(~seed, first), second);

    private static ulong LittleEndian(ulong word) => BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);
}
