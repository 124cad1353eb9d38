using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>Ids in ascending order, as they lie in a chunk or a block: keys above one base, all of them near ones or none.</summary>
internal readonly ref struct IdRun(IdBase origin, ReadOnlySpan<uint> words, bool areNear)
{
    private readonly ReadOnlySpan<uint> _words = words;

    public IdBase Base { get; } = origin;

    public bool AreNear { get; } = areNear;

    public int Length => AreNear ? _words.Length : _words.Length / 2;

    /// <summary>The keys, if they are near ones.</summary>
    public ReadOnlySpan<uint> Near => _words;

    /// <summary>The keys, if they are not.</summary>
    public ReadOnlySpan<ulong> Far => MemoryMarshal.Cast<uint, ulong>(_words);

    public StreamEntryId this[int index] => Base.IdOf(AreNear ? NearKey.KeyOf(Near[index]) : Far[index]);

    public IdRun From(int index) => new(Base, _words[(AreNear ? index : 2 * index)..], AreNear);

    public IdRun To(int index) => new(Base, _words[..(AreNear ? index : 2 * index)], AreNear);

    /// <summary>The index of the first that is not below <paramref name="id"/>, or the length where there is none.</summary>
    public int IndexOf(StreamEntryId id)
    {
        var key = Base.LowestKeyFrom(id);
        if (!AreNear)
            return IdSearch.LowerBound(Far, key);
        return NearKey.TryGetLowestFrom(key, out var near) ? IdSearch.LowerBound(Near, near) : Length;
    }

    /// <summary>As <see cref="IndexOf(StreamEntryId)"/>, by a good guess.</summary>
    public int IndexOf(StreamEntryId id, int guess)
    {
        var key = Base.LowestKeyFrom(id);
        if (!AreNear)
            return IdSearch.LowerBound(Far, key, guess);
        return NearKey.TryGetLowestFrom(key, out var near) ? IdSearch.LowerBound(Near, near, guess) : Length;
    }

    /// <summary>With how many of <paramref name="ids"/> these begin.</summary>
    public int CommonLength(ReadOnlySpan<StreamEntryId> ids)
    {
        var length = 0;
        while (length < Length && this[length] == ids[length])
            length++;
        return length;
    }
}
