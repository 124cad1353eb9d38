using System.Buffers;

namespace WorkerStreams.Engine.Model;

/// <summary>The ids of a block's entries, by their places, as keys: near ones, until one comes that is not.</summary>
internal struct BlockKeys
{
    private IdBase _base;
    private uint[] _array;
    private bool _areNear = true;

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

    public readonly StreamEntryId this[int index] => _base.IdOf(_areNear ? NearKeys.KeyOf(Near[index]) : Far[index]);

    /// <summary>Whether an id is near enough to be among these.</summary>
    public readonly bool IsNear(StreamEntryId id) => _base.TryGetKey(id, out _);

    /// <summary>How many of the places hold just these ids.</summary>
    public readonly int RunLength(Range places, ReadOnlySpan<StreamEntryId> ids)
    {
        var length = 0;
        if (_areNear)
        {
            var near = Near[places];
            while (length < near.Length && _base.IdOf(NearKeys.KeyOf(near[length])) == ids[length])
                length++;
            return length;
        }
        var far = Far[places];
        while (length < far.Length && _base.IdOf(far[length]) == ids[length])
            length++;
        return length;
    }

    /// <summary>The index of the first of these places that is not below <paramref name="id"/>, or their end.</summary>
    public readonly int IndexOf(StreamEntryId id, Range places)
    {
        var key = _base.LowestKeyFrom(id);
        var start = places.Start.Value;
        if (!_areNear)
            return start + IdSearch.LowerBound<ulong>(Far[places], key);
        return NearKeys.TryGetLowestFrom(key, out var near) ? start + IdSearch.LowerBound<uint>(Near[places], near) : places.End.Value;
    }

    /// <summary>As <see cref="IndexOf(StreamEntryId, Range)"/>, by a good guess.</summary>
    public readonly int IndexOf(StreamEntryId id, Range places, int guess)
    {
        var key = _base.LowestKeyFrom(id);
        var start = places.Start.Value;
        if (!_areNear)
            return start + IdSearch.LowerBound(Far[places], key, guess - start);
        return NearKeys.TryGetLowestFrom(key, out var near) ? start + IdSearch.LowerBound(Near[places], near, guess - start) : places.End.Value;
    }

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
        _base.TryGetKey(id, out var key);
        if (_areNear && !NearKeys.AreNear(key))
            Widen();
        if (_areNear)
            Near[index] = NearKeys.Of(key);
        else
            Far[index] = key;
    }

    /// <summary>Puts ids into places from <paramref name="index"/> on, until one is not near enough. Returns their number.</summary>
    public int Set(int index, IdRun ids)
    {
        if (ids.Length == 0 || TrySetAlike(index, ids))
            return ids.Length;
        for (var i = 0; i < ids.Length; i++)
        {
            if (!IsNear(ids[i]))
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
    public void Clear(StreamEntryId first)
    {
        (_base, Room, _areNear) = (IdBase.Of(first), _array.Length, true);
    }

    public void Release()
    {
        ArrayPool<uint>.Shared.Return(_array);
        (_array, Room) = ([], 0);
    }

    // The keys differ by the same from those of another base.
    private readonly bool TrySetAlike(int index, IdRun ids)
    {
        if (!_areNear || ids.Base.Sequence != _base.Sequence || !_base.TryGetKey(ids[0], out var first) || !_base.TryGetKey(ids[^1], out var bits))
            return false;
        var shift = first - ids.Keys[0];
        var near = Near.Slice(index, ids.Length);
        for (var i = 0; i < near.Length; i++)
        {
            var key = ids.Keys[i] + shift;
            bits |= key;
            near[i] = NearKeys.Of(key);
        }
        return NearKeys.AreNear(bits);
    }

    private void Widen()
    {
        var (before, room) = (_array, Room);
        _array = ArrayPool<uint>.Shared.Rent(2 * room);
        (Room, _areNear) = (room, false);
        for (var i = 0; i < room; i++)
            Far[i] = NearKeys.KeyOf(before[i]);
        ArrayPool<uint>.Shared.Return(before);
    }
}
