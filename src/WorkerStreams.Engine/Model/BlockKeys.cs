using System.Buffers;

namespace WorkerStreams.Engine.Model;

/// <summary>The ids of a block's entries, by their places, as keys: near ones, until one comes that is not.</summary>
internal struct BlockKeys
{
    private IdBase _base;
    private uint[] _array;
    private bool _areNear = true;

    /// <param name="origin">A base for near keys of the ids to come.</param>
    /// <param name="room">The fewest places that there shall be.</param>
    public BlockKeys(IdBase origin, int room)
    {
        _base = origin;
        _array = ArrayPool<uint>.Shared.Rent(room);
        Room = _array.Length;
    }

    /// <summary>The places that there are.</summary>
    public int Room { get; private set; }

    public readonly IdBase Base => _base;

    public readonly long MemoryBytes => _array.Length * sizeof(uint);

    private readonly Span<uint> Near => Pooled.Part<uint, uint>(_array, 0, Room);

    private readonly Span<ulong> Far => Pooled.Part<uint, ulong>(_array, 0, Room);

    public readonly StreamEntryId this[int index] => _base.IdOf(_areNear ? NearKey.KeyOf(Near[index]) : Far[index]);

    public readonly IdRun this[int start, int end] => new IdRun(_base, Pooled.Part<uint, uint>(_array, 0, _areNear ? Room : 2 * Room), _areNear).To(end).From(start);

    /// <summary>Whether an id is near enough to be among these.</summary>
    public readonly bool IsNearEnough(StreamEntryId id) => FarBase.TryGetKey(id, out _);

    /// <summary>Whether all ids from <paramref name="first"/> to <paramref name="last"/> are, which <paramref name="other"/> has.</summary>
    public readonly bool AreNearEnough(in BlockKeys other, StreamEntryId first, StreamEntryId last) =>
        FarBase.Sequence == other.FarBase.Sequence && IsNearEnough(first) && IsNearEnough(last);

    /// <summary>These places will be needed soon.</summary>
    public void FetchAhead(int index, int count)
    {
        if (_areNear)
            Prefetch.Elements(ref _array, index, count);
        else
            Prefetch.Elements(ref _array, 2 * index, 2 * count);
    }

    /// <summary>Puts an id, which must be near enough, into a place.</summary>
    public void Set(int index, StreamEntryId id)
    {
        if (_areNear && !_base.IsNear(id))
            Widen();
        _base.TryGetKey(id, out var key);
        if (_areNear)
            Near[index] = NearKey.Of(key);
        else
            Far[index] = key;
    }

    /// <summary>Puts ids into places from <paramref name="index"/> on, until one is not near enough. Returns their number.</summary>
    public int Set(int index, IdRun ids)
    {
        if (ids.Length == 0 || TrySetNear(index, ids))
            return ids.Length;
        for (var i = 0; i < ids.Length; i++)
        {
            if (!IsNearEnough(ids[i]))
                return i;
            Set(index + i, ids[i]);
        }
        return ids.Length;
    }

    /// <summary>Moves one id, or several, to other places.</summary>
    public readonly void Move(int from, int to, int count = 1)
    {
        if (_areNear)
            Near.Slice(from, count).CopyTo(Near[to..]);
        else
            Far.Slice(from, count).CopyTo(Far[to..]);
    }

    /// <summary>There are more places from now on.</summary>
    public void GrowTo(int room)
    {
        Pooled.Grow(ref _array, _areNear ? room : 2 * room);
        Room = _areNear ? _array.Length : _array.Length / 2;
    }

    /// <summary>All go; there will be others, from <paramref name="first"/> on.</summary>
    public void Reuse(StreamEntryId first) => (_base, _areNear) = (NearKey.BaseOf(first), true);

    public void Release()
    {
        ArrayPool<uint>.Shared.Return(_array);
        (_array, Room) = ([], 0);
    }

    // For keys that are not near ones, which have more room for sequences.
    private readonly IdBase FarBase => IdBase.Of(new(_base.Milliseconds, _base.Sequence));

    // Near keys differ all by the same from those above another base.
    private readonly bool TrySetNear(int index, IdRun ids)
    {
        var (first, last) = (ids[0], ids[^1]);
        if (!_areNear || !ids.AreNear || !_base.IsNear(first) || !_base.IsNear(last))
            return false;
        // Those between the two are near, unless they begin another millisecond below this base's sequence.
        if (first.Milliseconds != last.Milliseconds && ids.Base.Sequence != _base.Sequence)
            return false;
        var from = ids.Near;
        var to = Near.Slice(index, from.Length);
        _base.TryGetKey(first, out var key);
        var shift = NearKey.Of(key) - from[0];
        for (var i = 0; i < to.Length; i++)
            to[i] = from[i] + shift;
        return true;
    }

    private void Widen()
    {
        var (before, room) = (_array, Room);
        _array = ArrayPool<uint>.Shared.Rent(2 * room);
        var shift = _base.Sequence - FarBase.Sequence;
        (_base, Room, _areNear) = (FarBase, room, false);
        for (var i = 0; i < room; i++)
            Far[i] = NearKey.KeyOf(before[i]) + shift;
        ArrayPool<uint>.Shared.Return(before);
    }
}
