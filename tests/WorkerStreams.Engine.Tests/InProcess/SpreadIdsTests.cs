using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>Ids lie in fewer bytes the nearer they are to each other: what is near, far and in between is stored, found, delivered and removed alike.</summary>
public sealed class SpreadIdsTests
{
    private const int Count = 1_500;

    private static readonly StreamName Stream = "orders";
    private static readonly StreamName Group = "billing";

    // The bits of the greatest steps: within 16 bits, 32 and beyond, for a chunk's or a block's entries together.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 8)]
    [InlineData(0, 17)]
    [InlineData(0, 34)]
    [InlineData(7, 0)]
    [InlineData(10, 15)]
    [InlineData(17, 3)]
    [InlineData(17, 33)]
    [InlineData(31, 16)]
    [InlineData(40, 40)]
    public async Task Entries_are_found_whatever_their_ids_are_apart(int millisecondBits, int sequenceBits)
    {
        var random = new Random((100 * millisecondBits) + sequenceBits);
        var ids = Ids(random, millisecondBits, sequenceBits);
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        foreach (var id in ids)
            await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("id", id.ToString())), id));

        using (var read = await engine.ReadGroupAsync(new() { Streams = [new(Stream, ReadPosition.Undelivered)], Group = Group, Consumer = "worker-1" }))
            AssertShows(read, ids);
        for (var i = 0; i < Count; i += 37)
        {
            using var range = await engine.RangeAsync(Stream, ids[i], ids[Math.Min(i + 40, Count - 1)]);
            AssertShows(range, ids[i..Math.Min(i + 41, Count)]);
        }
        var shuffled = (StreamEntryId[])ids.Clone();
        random.Shuffle(shuffled);
        Assert.Equal(1_000, await engine.AcknowledgeAsync(Stream, Group, shuffled.AsMemory(0, 1_000)));
        var pending = await engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = Count });
        Assert.Equal(shuffled[1_000..].Order(), pending.Select(entry => entry.Id));
        Assert.Equal(500, await engine.AcknowledgeAsync(Stream, Group, ids));
        Assert.Equal(1_400, await engine.DeleteAsync(Stream, shuffled.AsMemory(0, 1_400)));
        using (var rest = await engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max))
            AssertShows(rest, [.. shuffled[1_400..].Order()]);
    }

    [Theory]
    [InlineData("1-1 1-40000", "1-40001 1-40002 1-40003 1-40004 1-40005 1-40006 1-40007 1-40008 1-40009 1-40010", "2-0 9999999-0")]
    [InlineData("1-8589934592 1-8589934692", "1-8589934693 1-8589934694 1-8589934695 1-8589934696 1-8589934697 1-8589934698 1-8589934699", "2-8589934593 9999999-0")]
    public async Task Nothing_is_lost_when_a_chunk_of_few_is_rewritten_whose_sequences_began_anew(string before, string deleted, string after)
    {
        using var engine = new InProcessStreamEngine();
        foreach (var id in Parse($"{before} {deleted} {after}"))
            await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("id", id.ToString())), id));
        await engine.DeleteAsync(Stream, Parse(before).AsMemory(0, 1));
        await engine.DeleteAsync(Stream, Parse(deleted));

        using var rest = await engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max);
        AssertShows(rest, [Parse(before)[1], .. Parse(after)]);
    }

    [Fact]
    public async Task Pending_ids_stay_what_they_are_where_their_sequences_pass_32_bits()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        foreach (var ids in (string[])["5-4294967280 5-4294967301", "6-0"])
        {
            foreach (var id in Parse(ids))
                await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("id", id.ToString())), id));
            (await engine.ReadGroupAsync(new() { Streams = [new(Stream, ReadPosition.Undelivered)], Group = Group, Consumer = "worker-1" })).Dispose();
        }
        Assert.Equal(Parse("5-4294967280 5-4294967301 6-0"), (await engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = 10 })).Select(entry => entry.Id));
    }

    [Fact]
    public async Task A_read_of_no_bytes_takes_one_entry()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var ids = Parse("1-0 2-0");
        foreach (var id in ids)
            await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("id", id.ToString())), id));
        using var read = await engine.ReadGroupAsync(new() { Streams = [new(Stream, ReadPosition.Undelivered)], Group = Group, Consumer = "worker-1", MaxBytes = 0 });
        AssertShows(read, ids[..1]);
    }

    private static StreamEntryId[] Parse(string ids) => [.. ids.Split(' ').Select(id => StreamEntryId.Parse(id))];

    private static StreamEntryId[] Ids(Random random, int millisecondBits, int sequenceBits)
    {
        var ids = new StreamEntryId[Count];
        var last = new StreamEntryId(1, 0);
        for (var i = 0; i < ids.Length; i++)
        {
            // Now and then the sequence begins anew with another millisecond.
            var isLater = random.Next(4) == 0;
            last = isLater
                ? new(last.Milliseconds + (ulong)random.NextInt64(1, (1L << millisecondBits) + 1), (ulong)random.NextInt64(1L << sequenceBits))
                : new(last.Milliseconds, last.Sequence + (ulong)random.NextInt64(1, (1L << sequenceBits) + 1));
            ids[i] = last;
        }
        return ids;
    }

    private static void AssertShows(EntryBatch batch, StreamEntryId[] ids)
    {
        Assert.Equal(ids.Length, batch.Count);
        for (var i = 0; i < ids.Length; i++)
        {
            Assert.Equal(ids[i], batch.Entries[i].Id);
            Assert.Equal($"id {ids[i]}", $"{batch.Entries[i].Fields}");
        }
    }
}
