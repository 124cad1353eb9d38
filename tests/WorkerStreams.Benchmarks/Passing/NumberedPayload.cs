using System.Buffers.Binary;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>200 bytes that bear a number, so that each arrival is checked.</summary>
internal static class NumberedPayload
{
    public const int Length = 200;

    public static byte[] Create(int number)
    {
        var payload = new byte[Length];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }

    /// <exception cref="InvalidOperationException">It is not the payload of that number.</exception>
    public static void Check(ReadOnlySpan<byte> payload, int number)
    {
        if (payload.Length != Length || BinaryPrimitives.ReadInt32LittleEndian(payload) != number)
            throw new InvalidOperationException($"Message {number} did not arrive in its place.");
    }
}
