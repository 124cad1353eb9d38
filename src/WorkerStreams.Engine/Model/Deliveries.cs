using System.Buffers;
using System.Runtime.CompilerServices;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// The deliveries of a block's entries, by their places. As long as entries come last, many at once, they are kept as runs, and no entry is touched on its own,
/// wherever entries go; the first one that is delivered anew, or comes in between, gives each its own.
/// </summary>
internal struct Deliveries()
{
    private const int FewestRuns = 16;
    private const int MostRuns = 64;

    // Those from _first to _end cover the entries, until each has its own.
    private DeliveryRun[] _runs = ArrayPool<DeliveryRun>.Shared.Rent(FewestRuns);
    private int _first;
    private int _end;
    private int[]? _owners;
    private Times[] _times = [];
    private int _room;

    public readonly bool AreRuns => _owners is null;

    public readonly long MemoryBytes =>
        (_runs.Length * Unsafe.SizeOf<DeliveryRun>()) + ((_owners?.Length ?? 0) * sizeof(int)) + (_times.Length * Unsafe.SizeOf<Times>());

    private readonly Span<int> Owners => Pooled.Part<int, int>(_owners, 0, _room);

    public readonly Delivery this[int index] => AreRuns ? _runs[RunOf(index)].Delivery : new(_times[index].DeliveredAt, _times[index].Count, Owners[index]);

    public readonly int OwnerAt(int index) => AreRuns ? _runs[RunOf(index)].Delivery.Owner : Owners[index];

    /// <summary>The owners about these places will be needed soon.</summary>
    public void FetchAhead(int index, int count)
    {
        if (AreRuns)
            Prefetch.Elements(ref _runs, _first, 1);
        else
            Prefetch.Elements(ref _owners!, index, count);
    }

    /// <summary>The index of the first place from <paramref name="index"/> on that has another owner, or <paramref name="end"/> where there is none before.</summary>
    public readonly int SkipOwner(int index, int end)
    {
        var owner = OwnerAt(index);
        while (index < end && OwnerAt(index) == owner)
            index = Next(index);
        return Math.Min(index, end);
    }

    /// <summary>The index of the first place from <paramref name="index"/> on that has this owner, or <paramref name="end"/> where there is none before.</summary>
    public readonly int SkipOthers(int index, int end, int owner)
    {
        while (index < end && OwnerAt(index) != owner)
            index = Next(index);
        return Math.Min(index, end);
    }

    /// <summary>Adds deliveries after <paramref name="end"/>, which is where the last one is.</summary>
    /// <param name="start">Where the first one is.</param>
    /// <param name="end">The place of the first added.</param>
    /// <param name="count">Their number.</param>
    /// <param name="delivery">What they are all like.</param>
    /// <param name="room">The places that there are.</param>
    public void Append(int start, int end, int count, in Delivery delivery, int room)
    {
        if (AreRuns && _end > _first && _runs[_end - 1].Delivery == delivery)
            _runs[_end - 1] = new(end + count, delivery);
        else if (AreRuns && TryMakeRoomForRun())
            _runs[_end++] = new(end + count, delivery);
        else
        {
            GiveOwn(start, room);
            Owners.Slice(end, count).Fill(delivery.Owner);
            _times.AsSpan(end, count).Fill(new(delivery.At, delivery.Count));
        }
    }

    /// <summary>While they are runs: those before <paramref name="start"/> go.</summary>
    public void RemoveBefore(int start)
    {
        while (_first < _end && _runs[_first].End <= start)
            _first++;
    }

    /// <summary>Those from <paramref name="end"/> on go.</summary>
    public void RemoveFrom(int end)
    {
        while (_end - _first > 1 && _runs[_end - 2].End >= end)
            _end--;
        if (_end > _first)
            _runs[_end - 1] = _runs[_end - 1] with { End = Math.Min(_runs[_end - 1].End, end) };
    }

    /// <summary>Those from <paramref name="start"/> to <paramref name="end"/> that are not <paramref name="removed"/> move together, from the first place on.</summary>
    public void Squeeze(int start, int end, in PlaceSet removed)
    {
        var kept = 0;
        var run = _first;
        for (var i = start; i < end; i++)
        {
            for (; AreRuns && _runs[run].End == i; run++)
                _runs[run] = _runs[run] with { End = kept };
            if (removed.Contains(i))
                continue;
            if (!AreRuns)
                Copy(i, kept);
            kept++;
        }
        if (AreRuns)
            _runs[run] = _runs[run] with { End = kept };
    }

    /// <summary>Each entry has its own delivery from now on.</summary>
    /// <param name="start">Where the first one is.</param>
    /// <param name="room">The places that there are.</param>
    public void GiveOwn(int start, int room)
    {
        if (!AreRuns)
            return;
        (_owners, _times, _room) = (ArrayPool<int>.Shared.Rent(room), ArrayPool<Times>.Shared.Rent(room), room);
        for (var run = _first; run < _end; start = _runs[run++].End)
        {
            _owners.AsSpan(start.._runs[run].End).Fill(_runs[run].Delivery.Owner);
            _times.AsSpan(start.._runs[run].End).Fill(new(_runs[run].Delivery.At, _runs[run].Delivery.Count));
        }
        DropRuns();
    }

    /// <summary>Once each has its own: sets one.</summary>
    public readonly void Set(int index, in Delivery delivery) => (Owners[index], _times[index]) = (delivery.Owner, new(delivery.At, delivery.Count));

    /// <summary>Once each has its own: copies one, or several, to other places.</summary>
    public readonly void Copy(int from, int to, int count = 1)
    {
        Owners.Slice(from, count).CopyTo(Owners[to..]);
        _times.AsSpan(from, count).CopyTo(_times.AsSpan(to));
    }

    /// <summary>There are more places from now on.</summary>
    public void GrowTo(int room)
    {
        if (AreRuns)
            return;
        Pooled.Grow(ref _owners!, room);
        Pooled.Grow(ref _times, room);
        _room = room;
    }

    /// <summary>All go; what comes next is at the first place.</summary>
    public void Clear() => (_first, _end) = (0, 0);

    public void Release()
    {
        DropRuns();
        if (_owners is not null)
        {
            ArrayPool<int>.Shared.Return(_owners);
            ArrayPool<Times>.Shared.Return(_times);
        }
        (_owners, _times, _room) = (null, [], 0);
    }

    // The next place that may have another owner.
    private readonly int Next(int index) => AreRuns ? _runs[RunOf(index)].End : index + 1;

    private readonly int RunOf(int index)
    {
        var run = _first;
        while (_runs[run].End <= index)
            run++;
        return run;
    }

    private bool TryMakeRoomForRun()
    {
        if (_end < _runs.Length)
            return true;
        var isRoomBefore = _first >= _runs.Length / 2;
        if (!isRoomBefore && _runs.Length >= MostRuns)
            return false;
        var runs = _runs;
        _runs = ArrayPool<DeliveryRun>.Shared.Rent(isRoomBefore ? runs.Length : 2 * runs.Length);
        runs.AsSpan(_first.._end).CopyTo(_runs);
        (_first, _end) = (0, _end - _first);
        ArrayPool<DeliveryRun>.Shared.Return(runs);
        return true;
    }

    private void DropRuns()
    {
        if (_runs.Length > 0)
            ArrayPool<DeliveryRun>.Shared.Return(_runs);
        (_runs, _first, _end) = ([], 0, 0);
    }

    private readonly record struct Times(long DeliveredAt, long Count);
}
