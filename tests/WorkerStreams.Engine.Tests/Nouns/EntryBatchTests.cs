using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>Putting a batch together, reading it, and giving its memory back.</summary>
public sealed class EntryBatchTests
{
    private sealed class Owner : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }

    [Fact]
    public void A_batch_tells_its_entries_stream_by_stream()
    {
        var builder = new EntryBatchBuilder(capacity: 1);
        builder.BeginStream("a");
        for (var i = 1; i <= 100; i++)
            builder.Add(new(new((ulong)i, 0), EntryFields.Of(("i", $"{i}")), deliveryCount: i, TimeSpan.FromSeconds(i)));
        builder.BeginStream("none");
        builder.BeginStream("b");
        builder.Add(new(new(7, 7), default));
        Assert.Equal(101, builder.Count);

        using var batch = builder.Build();
        Assert.Equal((101, 101, 3), (batch.Count, batch.Entries.Length, batch.StreamCount));
        Assert.Equal(("a", "none", "b"), ($"{batch.GetStream(0)}", $"{batch.GetStream(1)}", $"{batch.GetStream(2)}"));
        Assert.Equal((100, 0, 1), (batch.GetEntries(0).Length, batch.GetEntries(1).Length, batch.GetEntries(2).Length));
        var last = batch.GetEntries(0)[^1];
        Assert.Equal((new StreamEntryId(100, 0), "i 100", 100, TimeSpan.FromSeconds(100)), (last.Id, $"{last.Fields}", last.DeliveryCount, last.Idle));
        var bare = batch.GetEntries(2)[0];
        Assert.Equal((StreamEntry.UnknownDeliveryCount, TimeSpan.Zero, true), (bare.DeliveryCount, bare.Idle, bare.Fields.IsMissing));
    }

    [Fact]
    public void Entries_belong_to_a_stream() => Assert.Throws<InvalidOperationException>(() => new EntryBatchBuilder().Add(default));

    [Fact]
    public void Every_owner_of_memory_is_disposed_once()
    {
        Owner[] owners = [.. Enumerable.Range(0, 20).Select(_ => new Owner())];
        var builder = new EntryBatchBuilder();
        foreach (var owner in owners)
            builder.Keep(owner);
        var batch = builder.Build();
        Assert.All(owners, owner => Assert.Equal(0, owner.Disposals));
        batch.Dispose();
        batch.Dispose();
        Assert.All(owners, owner => Assert.Equal(1, owner.Disposals));
    }

    [Fact]
    public void A_disposed_batch_shows_nothing()
    {
        var builder = new EntryBatchBuilder();
        builder.BeginStream("a");
        builder.Add(default);
        var batch = builder.Build();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Entries.Length);
        Assert.Throws<ObjectDisposedException>(() => batch.GetEntries(0).Length);
    }

    [Fact]
    public void The_empty_batch_can_be_disposed_by_everyone()
    {
        EntryBatch.Empty.Dispose();
        Assert.Equal((0, 0, 0), (EntryBatch.Empty.Count, EntryBatch.Empty.StreamCount, EntryBatch.Empty.Entries.Length));
    }
}
