namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>Arguments at random, from so few that they meet.</summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="tag">What the names of streams begin with.</param>
/// <param name="exactTime">Whether idle times can be foretold; otherwise they lie hours apart, so that the time that passes meanwhile does not matter.</param>
internal sealed class RandomChoices(Random random, string tag, bool exactTime)
{
    private readonly List<StreamEntryId> _seen = [new(0, 1)];

    /// <summary>Ids from there on are later than any clock, so that an engine's own ids can be foretold.</summary>
    public static ulong Ahead => 1UL << 42;

    public bool Chance(int percent) => random.Next(100) < percent;

    public int Number(int from, int to) => random.Next(from, to + 1);

    public T Of<T>(params ReadOnlySpan<T> items) => items[random.Next(items.Length)];

    public StreamName Stream() => tag + (Chance(80) ? "s" : "t");

    public StreamName Group() => Of<StreamName>("g", "g", "g", "h");

    public StreamName Consumer() => Of<StreamName>("a", "b", "c", "d", "ä");

    public EntryFields Fields()
    {
        var fields = new EntryFieldsWriter();
        for (var i = Number(1, 3); i > 0; i--)
            fields.Add([(byte)Number('a', 'c')], new byte[Chance(5) ? Number(0, 400) : Number(0, 12)].AsSpan());
        return fields.Written;
    }

    /// <summary>An id that was given lately, or one beside it.</summary>
    public StreamEntryId Id()
    {
        var id = _seen[Math.Max(0, _seen.Count - 1 - (int)Math.Min(_seen.Count - 1, Math.Abs(random.NextDouble() * random.NextDouble() * 120)))];
        return Number(0, 9) switch
        {
            0 => new(id.Milliseconds, id.Sequence + 1),
            1 => new(id.Milliseconds + 1, 0),
            2 => new(id.Milliseconds, 0),
            _ => id,
        };
    }

    public StreamEntryId[] Ids(int most) => [.. Enumerable.Range(0, Chance(3) ? 0 : Number(1, most)).Select(_ => Id())];

    /// <summary>An idle time; now and then one that is none.</summary>
    public TimeSpan Idle() => exactTime ? TimeSpan.FromMilliseconds(Number(-50, 5_000))
        : Chance(10) ? Of(TimeSpan.FromHours(-1), TimeSpan.FromDays(40_000))
        : TimeSpan.FromHours(Number(0, 9) + 0.5);

    public TimeSpan MinIdle() =>
        exactTime && Chance(60) ? TimeSpan.FromMilliseconds(Number(-50, 3_000))
        : !exactTime && Chance(40) ? TimeSpan.FromHours(Number(-1, 9))
        : Of(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromDays(1));

    /// <summary>An id to append: mostly after the last one.</summary>
    public NewEntryId NewId(bool auto)
    {
        if (auto && Chance(10))
            return NewEntryId.Auto;
        var last = _seen[^1];
        var milliseconds = last.Milliseconds + (ulong)Of(0, 0, 1, 1, 1, 2, 5) + Far(1);
        if (Chance(20))
            return NewEntryId.AutoSequence(milliseconds);
        var sequence = (milliseconds == last.Milliseconds ? last.Sequence + 1 : (ulong)Number(0, 2)) + Far(3);
        var id = Chance(5) ? Id() : new StreamEntryId(milliseconds, sequence);
        _seen.Add(id);
        return id;
    }

    // Now and then so far from the last id that an engine that stores differences has to think of something.
    private ulong Far(int percent) => Chance(percent) ? (ulong)random.NextInt64(1L << 31, 1L << 34) : 0;

    public RangeBound Bound() => Number(0, 5) switch
    {
        0 => RangeBound.Min,
        1 => RangeBound.Max,
        2 => RangeBound.Excluding(Id() is var id && id != default ? id : new(0, 1)),
        _ => Id(),
    };

    public GroupPosition Position() => Number(0, 4) switch
    {
        0 => GroupPosition.End,
        1 or 2 => GroupPosition.Beginning,
        _ => GroupPosition.After(Id()),
    };

    public EntryReferences References() => Of(EntryReferences.Keep, EntryReferences.Delete, EntryReferences.OnlyAcknowledged);

    public StreamTrim Trim() => Chance(50) ? StreamTrim.MaxLength(Number(0, 60)) : StreamTrim.MinId(Id());

    public StreamTrim Approximately(StreamTrim trim) => trim.Strategy == TrimStrategy.MaxLength
        ? StreamTrim.MaxLength(trim.Length, approximate: true, Of<long?>(null, 0, 5, 50))
        : StreamTrim.MinId(trim.Id, approximate: true, Of<long?>(null, 0, 5, 50));

    public void Seen(StreamEntryId id) => _seen.Add(id);
}
