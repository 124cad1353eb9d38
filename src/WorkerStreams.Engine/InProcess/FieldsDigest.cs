using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WorkerStreams.Engine.InProcess;

/// <summary>What an entry's fields are known by, in whatever order they come: the sum of the digests of each.</summary>
internal static class FieldsDigest
{
    public static StreamName Of(EntryFields fields)
    {
        Span<ulong> sum = stackalloc ulong[SHA256.HashSizeInBytes / sizeof(ulong)];
        Span<ulong> digest = stackalloc ulong[SHA256.HashSizeInBytes / sizeof(ulong)];
        sum.Clear();
        var rest = fields.Encoded;
        foreach (var field in fields)
        {
            // Encoded each part has its length before it, so no two fields are alike that differ.
            var length = (2 * EntryFields.LengthBytes) + field.Name.Length + field.Value.Length;
            SHA256.HashData(rest[..length], MemoryMarshal.AsBytes(digest));
            for (var i = 0; i < sum.Length; i++)
                sum[i] += BitConverter.IsLittleEndian ? digest[i] : BinaryPrimitives.ReverseEndianness(digest[i]);
            rest = rest[length..];
        }
        var bytes = new byte[SHA256.HashSizeInBytes];
        for (var i = 0; i < sum.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), sum[i]);
        return new(bytes);
    }
}
