namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>The bytes of a file: as processes see them, as they are on the disk, and the writes between.</summary>
internal sealed class MemoryBytes(byte[] bytes)
{
    private const int Sector = 512;

    private readonly List<(int Offset, byte[] Bytes)> _unflushed = [];
    private byte[] _durable = bytes;

    public MemoryBytes()
        : this([])
    {
    }

    public byte[] Current { get; private set; } = [.. bytes];

    public void Write(ReadOnlySpan<byte> from, int offset)
    {
        Current = Written(Current, from, offset);
        _unflushed.Add((offset, from.ToArray()));
    }

    public void Flush()
    {
        foreach (var (offset, written) in _unflushed)
            _durable = Written(_durable, written, offset);
        _unflushed.Clear();
    }

    public MemoryBytes Copy()
    {
        var copy = new MemoryBytes(_durable.ToArray()) { Current = [.. Current] };
        copy._unflushed.AddRange(_unflushed);
        return copy;
    }

    // The disk writes sectors, each as a whole, in whatever order, and each as it was after any of the writes.
    public MemoryBytes Crash(Random? chance)
    {
        var found = _durable.ToArray();
        for (var sector = 0; sector < Current.Length; sector += Sector)
        {
            var touching = _unflushed.FindAll(write => write.Offset < sector + Sector && write.Offset + write.Bytes.Length > sector);
            foreach (var (offset, written) in touching.Take(chance?.Next(touching.Count + 1) ?? 0))
            {
                var from = Math.Max(offset, sector);
                var to = Math.Min(offset + written.Length, sector + Sector);
                found = Written(found, written.AsSpan(from - offset, to - from), from);
            }
        }
        return new(found);
    }

    private static byte[] Written(byte[] bytes, ReadOnlySpan<byte> from, int offset)
    {
        if (bytes.Length < offset + from.Length)
            Array.Resize(ref bytes, offset + from.Length);
        from.CopyTo(bytes.AsSpan(offset));
        return bytes;
    }
}
