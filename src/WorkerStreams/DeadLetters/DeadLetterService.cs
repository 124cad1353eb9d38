using WorkerStreams.Engine;

namespace WorkerStreams.DeadLetters;

/// <summary>Reads the companion streams of dead letters, and moves entries back.</summary>
internal sealed class DeadLetterService(IStreamEngine engine, TimeProvider time) : IDeadLetters
{
    private const int LargestPage = 10_000;

    public ValueTask<long> CountAsync(StreamName stream, CancellationToken cancellation = default) => engine.GetLengthAsync(Companion(stream), cancellation);

    public ValueTask<IReadOnlyList<DeadLetter>> ListAsync(
        StreamName stream, StreamEntryId? after = null, int count = 100, CancellationToken cancellation = default)
    {
        if (count is < 1 or > LargestPage)
            throw new ArgumentOutOfRangeException(nameof(count), count, "Allowed: 1 to 10,000.");
        return ReadAsync(stream, After(after), RangeBound.Max, count, cancellation);
    }

    public async ValueTask<DeadLetter?> GetAsync(StreamName stream, StreamEntryId id, CancellationToken cancellation = default) =>
        await ReadAsync(stream, id, id, 1, cancellation) is [var letter] ? letter : null;

    public async ValueTask<StreamEntryId?> RedriveAsync(StreamName stream, StreamEntryId id, CancellationToken cancellation = default) =>
        await GetAsync(stream, id, cancellation) is { } letter ? (await MoveAsync(stream, [letter], RedriveOptions.Default, cancellation))[0] : null;

    public async ValueTask<long> RedriveAsync(
        StreamName stream, IEnumerable<StreamEntryId> ids, RedriveOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        options ??= RedriveOptions.Default;
        var (pace, redriven) = (new RedrivePace(options, time), 0L);
        foreach (var some in ids.Chunk(pace.BatchSize))
        {
            await pace.WaitAsync(redriven, cancellation);
            var letters = new List<DeadLetter>(some.Length);
            foreach (var id in some)
                letters.AddRange(await ReadAsync(stream, id, id, 1, cancellation));
            redriven += await CountMovedAsync(stream, letters, options, cancellation);
        }
        return redriven;
    }

    public async ValueTask<long> RedriveAllAsync(StreamName stream, RedriveOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= RedriveOptions.Default;
        var (pace, redriven) = (new RedrivePace(options, time), 0L);
        // What fails again meanwhile comes behind it and is left.
        if (await GetLastIdAsync(stream, cancellation) is not { } last)
            return 0;
        for (StreamEntryId? after = null; ;)
        {
            await pace.WaitAsync(redriven, cancellation);
            var letters = await ReadAsync(stream, After(after), last, pace.BatchSize, cancellation);
            if (letters.Count == 0)
                return redriven;
            redriven += await CountMovedAsync(stream, letters, options, cancellation);
            after = letters[^1].Id;
            if (after >= last)
                return redriven;
        }
    }

    public ValueTask<long> DeleteAsync(StreamName stream, IEnumerable<StreamEntryId> ids, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return engine.DeleteAsync(Companion(stream), ids.ToArray(), cancellation);
    }

    private async ValueTask<long> CountMovedAsync(StreamName stream, IReadOnlyList<DeadLetter> letters, RedriveOptions options, CancellationToken cancellation)
    {
        DeadLetter[] wanted = [.. letters.Where(letter => options.Where?.Invoke(letter) ?? true)];
        return (await MoveAsync(stream, wanted, options, cancellation)).Count(static id => id is not null);
    }

    // Mostly all are of one stream, but two may share a companion: orders and {orders}.
    private async ValueTask<StreamEntryId?[]> MoveAsync(StreamName stream, DeadLetter[] letters, RedriveOptions options, CancellationToken cancellation)
    {
        var newIds = new List<StreamEntryId?>(letters.Length);
        foreach (var alike in letters.GroupBy(static letter => letter.Stream))
        {
            MoveEntry[] entries = [.. alike.Select(letter => new MoveEntry(letter.Id, RedrivenEntry.Write(letter, options.ToAllGroups)))];
            var some = new StreamEntryId?[entries.Length];
            await engine.MoveAsync(new() { Source = Companion(stream), Destination = alike.Key, Entries = entries }, some, cancellation);
            newIds.AddRange(some);
        }
        return [.. newIds];
    }

    private async ValueTask<IReadOnlyList<DeadLetter>> ReadAsync(StreamName stream, RangeBound start, RangeBound end, int count, CancellationToken cancellation)
    {
        using var entries = await engine.RangeAsync(Companion(stream), start, end, count, reverse: false, cancellation);
        return ToLetters(stream, entries);
    }

    private static DeadLetter[] ToLetters(StreamName stream, EntryBatch entries)
    {
        var letters = new DeadLetter[entries.Count];
        for (var i = 0; i < letters.Length; i++)
            letters[i] = new(stream, entries.Entries[i]);
        return letters;
    }

    private async ValueTask<StreamEntryId?> GetLastIdAsync(StreamName stream, CancellationToken cancellation)
    {
        using var last = await engine.RangeAsync(Companion(stream), RangeBound.Min, RangeBound.Max, 1, reverse: true, cancellation);
        return last.Count > 0 ? last.Entries[0].Id : null;
    }

    private static RangeBound After(StreamEntryId? id) => id is { } last ? RangeBound.Excluding(last) : RangeBound.Min;

    private static StreamName Companion(StreamName stream) =>
        stream.IsEmpty ? throw new ArgumentException("The stream has no name.", nameof(stream)) : stream.Companion("dead");
}
