using System.Buffers;
using System.Buffers.Binary;

namespace WorkerStreams.Engine.Journal;

/// <summary>
/// The records of a log in their order: takes one after the other, as long as each is the one that has to follow, and replays those that no
/// checkpoint holds.
/// </summary>
internal sealed class LogChain
{
    private readonly IJournalReplay? _replay;
    private readonly long _checkpoint;
    private readonly ArrayBufferWriter<byte> _parts = new();
    private bool _isInParts;

    /// <summary>A chain that begins.</summary>
    /// <param name="replay">Gets the records.</param>
    /// <param name="checkpoint">The last sequence that a checkpoint holds.</param>
    /// <param name="first">The sequence that the log begins with.</param>
    public LogChain(IJournalReplay? replay, long checkpoint, long first) => (_replay, _checkpoint, Next, Durable) = (replay, checkpoint, first, checkpoint);

    /// <summary>The sequence that has to follow.</summary>
    public long Next { get; set; }

    /// <summary>Up to where everything is known to have been durable: a checkpoint is written after the log that it stands for.</summary>
    public long Durable { get; private set; }

    /// <summary>The bytes of records that no checkpoint holds.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the last record is complete.</summary>
    public bool IsWhole => !_isInParts;

    /// <summary>Takes a record.</summary>
    /// <returns>False where it is not the one that has to follow.</returns>
    public bool TryTake(RecordHeader record, ReadOnlySpan<byte> payload, bool isFirstInLog)
    {
        if (record.Sequence != Next)
            return false;
        switch (record.Kind)
        {
            case RecordKind.Mark when !_isInParts && payload.Length == sizeof(long):
                Durable = Math.Max(Durable, DurableIn(payload));
                break;
            case RecordKind.Whole when !_isInParts:
                End(payload);
                break;
            case RecordKind.First when !_isInParts:
                Keep(payload);
                break;
            // The log may begin with the rest of a record that a checkpoint holds.
            case RecordKind.Middle when _isInParts || isFirstInLog:
                Keep(payload);
                break;
            case RecordKind.Last when _isInParts || isFirstInLog:
                Keep(payload);
                End(_parts.WrittenSpan);
                _parts.ResetWrittenCount();
                _isInParts = false;
                break;
            default:
                return false;
        }
        if (record.Sequence > _checkpoint)
            Bytes += record.Size;
        return true;
    }

    /// <summary>What is left of the last record, which is not complete, is none.</summary>
    public void Drop()
    {
        _parts.ResetWrittenCount();
        _isInParts = false;
    }

    public static long DurableIn(ReadOnlySpan<byte> mark) => BinaryPrimitives.ReadInt64LittleEndian(mark);

    private void Keep(ReadOnlySpan<byte> payload)
    {
        _isInParts = true;
        if (Next > _checkpoint)
            _parts.Write(payload);
    }

    private void End(ReadOnlySpan<byte> record)
    {
        if (Next > _checkpoint)
            _replay?.Replay(Next, record);
        Next++;
    }
}
