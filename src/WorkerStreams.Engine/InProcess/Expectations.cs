using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>What commands may change that depends on what there is: looked up before, under the shard's lock. What comes in between is borne by the journal's reserve.</summary>
internal static class Expectations
{
    // They are reserved for without a look at how many there are.
    private const int FewEntries = 10_000;

    /// <summary>Of a group read: what is new is told in one; what is delivered once more, one by one.</summary>
    public static ExpectedChange Of(StreamStore store, ReadGroupRequest request)
    {
        var ids = (long)request.Streams.Count;
        for (var i = 0; i < request.Streams.Count; i++)
        {
            var (name, position) = request.Streams[i];
            if (request.ClaimMinIdle is not null || position.Kind == ReadPositionKind.After)
                ids += MostPending(store, name, request.Group, request.Count ?? int.MaxValue);
        }
        return new(ids, NameBytes: (long)request.Streams.Count * request.Consumer.Bytes.Length);
    }

    public static ExpectedChange Of(StreamStore store, AutoClaimRequest request) =>
        new ExpectedChange(1 + MostPending(store, request.Stream, request.Group, Math.Max(1, request.Count))).Naming(request.Consumer);

    /// <summary>Of entries that are deleted, which may be pending in each group.</summary>
    public static ExpectedChange Of(StreamStore store, StreamName name, int ids, EntryReferences references)
    {
        var shard = store.ShardOf(name);
        using var held = shard.Hold();
        var groups = references == EntryReferences.Delete && shard.TryGet(name, out var stream) ? stream.Groups.Count : 1;
        return new((1L + groups) * ids);
    }

    /// <summary>Of what may be done about each consumer of a group.</summary>
    public static ExpectedChange OfConsumers(StreamStore store, StreamName stream, StreamName group)
    {
        var shard = store.ShardOf(stream);
        using var held = shard.Hold();
        return new(shard.TryGet(stream, group, out _, out var state) ? 1 + state.Consumers.Count : 1);
    }

    /// <summary>A change and a trimming after it: one that goes by what groups refer to tells of each entry.</summary>
    /// <param name="store">All streams.</param>
    /// <param name="name">The stream.</param>
    /// <param name="change">What comes before; its ids are entries that are appended.</param>
    /// <param name="trim">The trimming, if there is one.</param>
    /// <param name="most">The most entries that it may remove.</param>
    public static ExpectedChange WithTrim(StreamStore store, StreamName name, ExpectedChange change, StreamTrim? trim, long most = long.MaxValue)
    {
        if (trim is null or { References: EntryReferences.Keep })
            return change;
        var shard = store.ShardOf(name);
        using var held = shard.Hold();
        return shard.TryGet(name, out var stream) ? change with { Ids = change.Ids + Trimming.MostTold(stream, trim, change.Ids, most, store.Limits) } : change;
    }

    private static long MostPending(StreamStore store, StreamName stream, StreamName group, long wanted)
    {
        if (wanted is > 0 and <= FewEntries)
            return wanted;
        var shard = store.ShardOf(stream);
        using var held = shard.Hold();
        return shard.TryGet(stream, group, out _, out var state) ? Math.Min(wanted <= 0 ? long.MaxValue : wanted, state.Pending.Count) : 0;
    }
}
