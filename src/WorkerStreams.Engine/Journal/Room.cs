namespace WorkerStreams.Engine.Journal;

/// <summary>
/// The bytes that the segments which are ready can still take, less what was promised. Counted as if nothing were lost between segments; each is
/// counted smaller in exchange (<see cref="Segment.RoomIn"/>).
/// </summary>
internal sealed class Room(long left)
{
    private long _left = left;

    public long Left => Volatile.Read(ref _left);

    /// <summary>What a record may take at most: itself, its header, and a mark.</summary>
    public static long CostOf(long bytes) => bytes == 0 ? 0 : RecordHeader.Bytes + RecordHeader.Aligned(bytes) + AppendBuffer.MarkBytes;

    /// <summary>Takes room if at least so much is left afterwards.</summary>
    public bool TryTake(long bytes, long leave)
    {
        if (Interlocked.Add(ref _left, -bytes) >= leave)
            return true;
        Give(bytes);
        return false;
    }

    public void Give(long bytes)
    {
        if (bytes != 0)
            Interlocked.Add(ref _left, bytes);
    }
}
