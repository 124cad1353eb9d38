namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>The appends of a stream that are to be done once, as the specification has it.</summary>
internal sealed class ReferenceAppends
{
    public long Duration { get; set; } = 100_000;

    public int MaxIds { get; set; } = 100;

    public long Duplicates { get; set; }

    /// <summary>Those that are remembered, in the order in which they were done.</summary>
    public List<(StreamName Producer, string Key, StreamEntryId Id)> Remembered { get; } = [];

    private long Added { get; set; }

    public StreamEntryId? Find(StreamName producer, string key, long now)
    {
        Expire(now);
        return Remembered.Where(append => append.Producer == producer && append.Key == key).Select(append => (StreamEntryId?)append.Id).SingleOrDefault();
    }

    public void Add(StreamName producer, string key, StreamEntryId id)
    {
        Remembered.Add((producer, key, id));
        Added++;
        if (Remembered.Count(append => append.Producer == producer) > MaxIds)
            Remembered.RemoveAt(Remembered.FindIndex(append => append.Producer == producer));
    }

    public IdempotencyInfo Describe(long now)
    {
        // Nothing is forgotten here: who looks may go back to an earlier time.
        var left = Remembered.Where(append => !IsOld(append.Id, now)).ToList();
        return new(TimeSpan.FromMilliseconds(Duration), MaxIds, left.Select(append => append.Producer).Distinct().Count(), left.Count, Added, Duplicates);
    }

    private void Expire(long now) => Remembered.RemoveAll(append => IsOld(append.Id, now));

    private bool IsOld(StreamEntryId id, long now) => (decimal)id.Milliseconds + Duration <= now;
}
