using System.Diagnostics.CodeAnalysis;

namespace WorkerStreams.Engine.Model;

/// <summary>A list that mostly has one item, which then takes no array.</summary>
internal struct Few<T>
{
    private const int FewestMore = 7;

    private T _first;
    private T[]? _more;

    public int Count { get; private set; }

    [UnscopedRef]
    public ref T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return ref index == 0 ? ref _first : ref _more![index - 1];
        }
    }

    public void Add(T item)
    {
        if (Count > 0)
        {
            if (_more is null || Count > _more.Length)
                Array.Resize(ref _more, Math.Max(FewestMore, 2 * (Count - 1)));
            _more[Count - 1] = item;
        }
        else
            _first = item;
        Count++;
    }
}
