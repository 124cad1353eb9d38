using WorkerStreams.Engine.Model;

namespace WorkerStreams.Engine.InProcess;

/// <summary>What commands may change that depends on what there is: looked up before, under the shard's lock. What comes in between is borne by the journal's reserve.</summary>
internal static class Expectations
{
    // They are reserved for without a look at what there is.
    private const int FewEntries = 10_000;
    private const int FewNameBytes = 1024 * 1024;

    /// <summary>Of a group read: what is new is told in one; what is delivered once more, one by one.</summary>
    public static ExpectedChange Of(StreamStore store, ReadGroupRequest request)
    {
        var (streams, count) = (request.Streams.Count, request.Count is > 0 and var given ? given : int.MaxValue);
        var ids = (long)streams;
        for (var i = 0; i < streams; i++)
        {
            var (name, position) = request.Streams[i];
            if (request.ClaimMinIdle is not null || position.Kind == ReadPositionKind.After)
                ids += (long)count * streams <= FewEntries ? count : MostPending(store, name, request.Group, count);
        }
        var names = (long)streams * request.Consumer.Bytes.Length;
        return new(ids, NameBytes: names <= FewNameBytes ? names : NewNameBytes(store, request));
    }

    public static ExpectedChange Of(StreamStore store, AutoClaimRequest request)
    {
        var count = Math.Max(1, request.Count);
        return new ExpectedChange(1 + (count <= FewEntries ? count : MostPending(store, request.Stream, request.Group, count))).Naming(request.Consumer);
    }

    /// <summary>Of entries that are deleted, which may be pending in each group.</summary>
    public static ExpectedChange Of(StreamStore store, StreamName name, int ids, EntryReferences references)
    {
        var shard = store.ShardOf(name);
        using var held = shard.Hold();
        return new(ids + (references == EntryReferences.Delete && shard.TryGet(name, out var stream) ? stream.MostPending(ids) : ids));
    }

    /// <summary>Of a name that is to be held. Who holds on to one is not to wait for room in memory.</summary>
    public static ExpectedChange Of(StreamStore store, HoldRequest request)
    {
        var (shard, change) = (store.ShardOf(request.Stream), ExpectedChange.Of(request));
        using var held = shard.Hold();
        var brings = !shard.TryGet(request.Stream, request.Group, out _, out var group) || !group.TryGetConsumer(request.Consumer, out var consumer) || NameCommands.Growth(consumer, request) > 0;
        return brings ? change : change with { Bytes = 0, NameBytes = change.Bytes };
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

    private static long MostPending(StreamStore store, StreamName stream, StreamName group, int wanted)
    {
        var shard = store.ShardOf(stream);
        using var held = shard.Hold();
        return shard.TryGet(stream, group, out _, out var state) ? Math.Min((long)wanted, state.Pending.Count) : 0;
    }

    // Of the consumer in each group that does not know it.
    private static long NewNameBytes(StreamStore store, ReadGroupRequest request)
    {
        HashSet<StreamName> streams = [];
        for (var i = 0; i < request.Streams.Count; i++)
        {
            var name = request.Streams[i].Stream;
            var shard = store.ShardOf(name);
            using var held = shard.Hold();
            if (shard.TryGet(name, request.Group, out _, out var group) && !group.TryGetConsumer(request.Consumer, out _))
                streams.Add(name);
        }
        return (long)streams.Count * request.Consumer.Bytes.Length;
    }
}
