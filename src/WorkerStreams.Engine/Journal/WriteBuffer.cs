namespace WorkerStreams.Engine.Journal;

/// <summary>Bytes for one place in one segment. Who appends fills it up; who writes takes what it has not had yet.</summary>
internal sealed class WriteBuffer(int capacity)
{
    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(capacity);

    public Segment Segment { get; private set; } = null!;

    /// <summary>Where in the segment the buffer begins.</summary>
    public int Offset { get; private set; }

    /// <summary>Guarded by the lock of who appends.</summary>
    public int Used { get; set; }

    /// <summary>Guarded by the lock of who appends.</summary>
    public int Taken { get; set; }

    public void Begin(Segment segment, int offset)
    {
        (Segment, Offset) = (segment, offset);
        (Used, Taken) = (0, 0);
    }
}

/// <summary>A part of a buffer that is to be written.</summary>
internal readonly record struct WritePiece(WriteBuffer Buffer, int From, int To, bool IsLast)
{
    public Segment Segment => Buffer.Segment;

    public void Write()
    {
        if (To > From)
            Segment.File.Write(Buffer.Bytes.AsSpan(From, To - From), Buffer.Offset + From);
    }
}
