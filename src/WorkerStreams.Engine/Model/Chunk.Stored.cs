using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <content>A chunk that lies on the disk, too, and so need not be in memory.</content>
internal sealed partial class Chunk
{
    // As FORMAT.md tells: the number of entries, whether their ids are near, the bytes of the fields, the base of the ids.
    private const int HeadBytes = 32;

    /// <summary>How it lies on the disk; null where it does not. What does is not changed, but for what is trimmed from its beginning.</summary>
    public StoredChunk? Stored { get; set; }

    /// <summary>Whether it is in memory.</summary>
    public bool IsHere => _room > 0;

    /// <summary>Whether no batch shows it, so that it may leave memory if it is on the disk.</summary>
    public bool CanLeave => Volatile.Read(ref _references) == 1;

    /// <summary>What it takes where it is saved.</summary>
    public int SavedBytes => HeadBytes + FieldsStart(_count) + _used;

    /// <summary>Writes it down, deleted entries too, so that <see cref="Bring"/> can bring it back.</summary>
    public void Save(IBufferWriter<byte> writer)
    {
        var head = writer.GetSpan(SavedBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head, _count);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], _areNear ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], _used);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], _base.Milliseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(head[24..], _base.Sequence);
        var tables = head[HeadBytes..];
        _buffer.AsSpan(0, _count * KeyBytes).CopyTo(tables);
        MemoryMarshal.AsBytes(Ends[..(_count + 1)]).CopyTo(tables[(_count * KeyBytes)..]);
        _buffer.AsSpan(FieldsStart(_room), _used).CopyTo(tables[FieldsStart(_count)..]);
        writer.Advance(SavedBytes);
    }

    /// <summary>How it is stored, once it is.</summary>
    /// <param name="address">Where.</param>
    /// <param name="start">The index of the first entry that is not trimmed.</param>
    public StoredChunk Describe(ChunkAddress address, int start)
    {
        // Not by what is told of it now: meanwhile it may be trimmed, or gone.
        var (first, end, live) = (-1, 0, 0);
        for (var i = start; i < _count; i++)
        {
            if (IsDeleted(i))
                continue;
            (first, end, live) = (first < 0 ? i : first, i + 1, live + 1);
        }
        return new(address, first, end, live, IdAt(first), IdAt(end - 1));
    }

    /// <summary>Begins as one that is on the disk.</summary>
    public void Begin(StoredChunk stored)
    {
        (Stored, Start, End, Live, _references) = (stored, stored.Start, stored.End, stored.Live, 1);
        IsAway(stored.FirstId);
    }

    /// <summary>Whether what was saved is the chunk that is told of.</summary>
    public static bool IsOf(ReadOnlySpan<byte> saved, StoredChunk stored)
    {
        if (saved.Length < HeadBytes)
            return false;
        var (count, areNear, used, origin) = HeadOf(saved);
        var keyBytes = areNear ? sizeof(uint) : sizeof(ulong);
        if (count < stored.End || used < 0 || saved.Length != HeadBytes + (count * (keyBytes + (long)sizeof(int))) + sizeof(int) + used)
            return false;
        var keys = saved.Slice(HeadBytes, count * keyBytes);
        var ends = MemoryMarshal.Cast<byte, int>(saved[(HeadBytes + keys.Length)..])[1..(count + 1)];
        var live = 0;
        foreach (var end in ends[stored.Start..stored.End])
            live += end < 0 ? 0 : 1;
        return live == stored.Live && IdAt(keys, stored.Start) == stored.FirstId && IdAt(keys, stored.End - 1) == stored.LastId;

        StreamEntryId IdAt(ReadOnlySpan<byte> keys, int index) =>
            origin.IdOf(areNear ? NearKey.KeyOf(MemoryMarshal.Cast<byte, uint>(keys)[index]) : MemoryMarshal.Cast<byte, ulong>(keys)[index]);
    }

    /// <summary>Comes back into memory.</summary>
    /// <returns>The bytes it takes there.</returns>
    public int Bring(ReadOnlySpan<byte> saved)
    {
        (_count, _areNear, _used, _base) = HeadOf(saved);
        _room = _count;
        var size = FieldsStart(_count) + _used;
        _pooled = size <= limits.MaxBytes;
        _buffer = _pooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
        _bytes = BytesFor(_buffer);
        saved.Slice(HeadBytes, size).CopyTo(_buffer);
        return _buffer.Length;
    }

    /// <summary>Leaves memory; it is on the disk, and no batch shows it.</summary>
    /// <returns>The bytes it took.</returns>
    public int LeaveMemory()
    {
        var (bytes, first) = (_buffer.Length, FirstId);
        FreeBuffer();
        IsAway(first);
        return bytes;
    }

    private static (int Count, bool AreNear, int Used, IdBase Base) HeadOf(ReadOnlySpan<byte> saved) => (
        BinaryPrimitives.ReadInt32LittleEndian(saved),
        BinaryPrimitives.ReadInt32LittleEndian(saved[4..]) != 0,
        (int)BinaryPrimitives.ReadInt64LittleEndian(saved[8..]),
        new(BinaryPrimitives.ReadUInt64LittleEndian(saved[16..]), BinaryPrimitives.ReadUInt64LittleEndian(saved[24..])));

    // How it is stored does not tell what was trimmed since, and what is here does.
    private void IsAway(StreamEntryId first) => _base = new(first.Milliseconds, first.Sequence);
}
