using System.Buffers.Binary;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>
/// DUMP: a stream as bytes, in a form of our own, which FORMAT.md describes: a mark and a version, the changes that make the stream, and a checksum.
/// </summary>
internal static class StreamDump
{
    /// <summary>The most bytes of fields of a stream that is told so.</summary>
    public const long MostBytes = 1L << 29;

    private const int ChecksumBytes = sizeof(uint);

    private static ReadOnlySpan<byte> Head => "WSDUMP\0\x01"u8;

    /// <summary>All of a stream, but for who holds consumers' names.</summary>
    /// <exception cref="StreamEngineException">It has more bytes than it may.</exception>
    public static byte[] Write(StreamState stream, long maxBytes)
    {
        maxBytes = Math.Min(maxBytes, MostBytes);
        Check(stream, stream.Log.FieldBytes, maxBytes);
        var changes = new ChangeWriter();
        changes.Created(stream);
        var place = stream.Log.Start;
        while (stream.Log.TryGetRun(ref place, StreamEntryId.MaxValue, int.MaxValue, out var chunk, out var run))
        {
            changes.Appended(stream, chunk, run);
            CheckWritten();
        }
        changes.IdsSet(stream);
        changes.Remembered(stream);
        CheckWritten();
        foreach (var group in stream.Groups)
            Write(changes, group, CheckWritten);
        byte[] dump = [.. Head, .. changes.Written, .. new byte[ChecksumBytes]];
        BinaryPrimitives.WriteUInt32LittleEndian(dump.AsSpan(^ChecksumBytes), Crc32C.Of(dump.AsSpan(..^ChecksumBytes)));
        return dump;

        void CheckWritten() => Check(stream, Head.Length + changes.Written.Length + ChecksumBytes, maxBytes);
    }

    /// <summary>The changes in a dump.</summary>
    /// <exception cref="StreamEngineException">It is none of this version, or is damaged.</exception>
    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> dump) =>
        dump.StartsWith(Head) && dump.Length >= Head.Length + ChecksumBytes
        && Crc32C.Of(dump[..^ChecksumBytes]) == BinaryPrimitives.ReadUInt32LittleEndian(dump[^ChecksumBytes..])
            ? dump[Head.Length..^ChecksumBytes]
            : throw StreamEngineException.InvalidArgument("DUMP payload version or checksum are wrong");

    private static void Check(StreamState stream, long bytes, long maxBytes)
    {
        if (bytes > maxBytes)
            throw Errors.TooLargeToCopy(stream.Name, bytes, maxBytes);
    }

    // What is too large is not made as a whole first.
    private static void Write(ChangeWriter changes, GroupState group, Action check)
    {
        changes.Created(group);
        check();
        foreach (var consumer in group.Consumers)
        {
            changes.Created(group, consumer);
            changes.Active(group, consumer);
            check();
        }
        foreach (var (id, delivery) in group.Deliveries)
        {
            changes.Assigned(group, id, delivery);
            check();
        }
    }
}
