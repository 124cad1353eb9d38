namespace WorkerStreams.Engine.Journal;

/// <summary>The bytes that were appended and are not yet written, in buffers that are used again. Guarded by the lock of who appends.</summary>
internal sealed class WriteBuffers
{
    private const int LargestBuffer = 256 * 1024;
    private const int MostSpares = 16;

    private readonly List<WriteBuffer> _filled = [];
    private readonly Stack<WriteBuffer> _spares = new();
    private readonly int _bufferBytes;
    private WriteBuffer _current;

    public WriteBuffers(Segment segment, int position)
    {
        _bufferBytes = Math.Min(LargestBuffer, segment.Size);
        _current = new(_bufferBytes);
        _current.Begin(segment, position);
    }

    /// <summary>What follows goes to that place.</summary>
    public void Begin(Segment segment, int position) => Begin(segment, position, _bufferBytes);

    /// <summary>Where the next bytes go, so many, side by side.</summary>
    public Span<byte> Space(int size)
    {
        if (size > _current.Bytes.Length - _current.Used)
            Begin(_current.Segment, _current.Offset + _current.Used, size);
        var space = _current.Bytes.AsSpan(_current.Used, size);
        _current.Used += size;
        return space;
    }

    public void Take(List<WritePiece> pieces)
    {
        foreach (var filled in _filled)
            pieces.Add(new(filled, filled.Taken, filled.Used, IsLast: true));
        _filled.Clear();
        if (_current.Used > _current.Taken)
            pieces.Add(new(_current, _current.Taken, _current.Used, IsLast: false));
        _current.Taken = _current.Used;
    }

    public void Return(List<WritePiece> pieces)
    {
        foreach (var piece in pieces)
        {
            if (piece.IsLast && piece.Buffer.Bytes.Length == _bufferBytes && _spares.Count < MostSpares)
                _spares.Push(piece.Buffer);
        }
    }

    public void Clear()
    {
        _filled.Clear();
        _current.Taken = _current.Used;
    }

    private void Begin(Segment segment, int position, int size)
    {
        _filled.Add(_current);
        if (size > _bufferBytes || !_spares.TryPop(out var buffer))
            buffer = new(Math.Max(size, _bufferBytes));
        _current = buffer;
        _current.Begin(segment, position);
    }
}
