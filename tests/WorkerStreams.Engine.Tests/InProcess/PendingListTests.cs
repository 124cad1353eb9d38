using System.Runtime.InteropServices;
using WorkerStreams.Engine.Model;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>The list of pending entries beside a sorted dictionary, and the ways in which it once went astray.</summary>
public sealed class PendingListTests
{
    private static readonly StreamName Stream = "orders";
    private static readonly StreamName Group = "billing";
    private static readonly StreamName Worker = "worker-1";

    private readonly MemoryMeter _meter = new();
    private readonly SortedDictionary<StreamEntryId, Delivery> _expected = [];
    private readonly List<StreamEntryId> _removed = [];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(700)]
    public void It_holds_what_was_added_and_not_removed(int longestRun)
    {
        for (var seed = 0; seed < 24; seed++)
        {
            var list = new PendingList(_meter);
            Play(list, new Random(seed), longestRun, spread: seed % 3 * 15);
            list.Clear();
            _expected.Clear();
            _removed.Clear();
            Assert.Equal(0, _meter.Used);
        }
    }

    [Theory]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(900)]
    public async Task An_entry_is_found_that_became_pending_below_all_others(int others)
    {
        using var engine = new InProcessStreamEngine();
        StreamEntryId[] ids = [.. Enumerable.Range(1, 1000).Select(i => new StreamEntryId(1, (ulong)i))];
        await AppendAsync(engine, ids);
        await ClaimAsync(engine, ids[^others..]);
        await ClaimAsync(engine, ids[..1]);

        Assert.Equal(1, await engine.AcknowledgeAsync(Stream, Group, ids.AsMemory(0, 1)));
    }

    [Fact]
    public async Task An_entry_is_found_that_is_far_from_those_around_it()
    {
        using var engine = new InProcessStreamEngine();
        StreamEntryId[] ids = [new(1, 0), new(2, 1UL << 33), new(3, 0)];
        await AppendAsync(engine, ids);
        await ClaimAsync(engine, ids[0], ids[2]);
        await engine.AcknowledgeAsync(Stream, Group, ids.AsMemory(0, 1));
        await ClaimAsync(engine, ids[1]);

        Assert.Equal(1, await engine.AcknowledgeAsync(Stream, Group, ids.AsMemory(1, 1)));
    }

    private static async Task AppendAsync(InProcessStreamEngine engine, StreamEntryId[] ids)
    {
        foreach (var id in ids)
            await engine.AppendAsync(Stream, new AppendEntry(EntryFields.Of(("line", "1")), id));
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
    }

    private static async Task ClaimAsync(InProcessStreamEngine engine, params StreamEntryId[] ids)
    {
        using var claimed = await engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = Worker, Ids = ids, Force = true });
        Assert.Equal(ids.Length, claimed.Count);
    }

    private void Play(PendingList list, Random random, int longestRun, int spread)
    {
        var last = new StreamEntryId(1000, 0);
        for (var now = 0; now < 400; now++)
        {
            switch (random.Next(10))
            {
                case < 4 when _expected.Count < 3_000:
                    AddLast(list, random, ref last, random.Next(1, longestRun + 1), now, spread);
                    break;
                case < 7:
                    Remove(list, [.. _expected.Keys.Take(random.Next(1, longestRun + 1))]);
                    break;
                case 7:
                    var some = _expected.Keys.ToArray();
                    random.Shuffle(some);
                    Remove(list, some[..Math.Min(some.Length, random.Next(1, 60))]);
                    break;
                case 8 when _removed.Count > 0:
                    AddAgain(list, _removed[random.Next(_removed.Count)], new(now, 2, random.Next(3)));
                    break;
                default:
                    Deliver(list, [.. _expected.Keys.Skip(random.Next(_expected.Count + 1)).Take(3)], new(now, 3, random.Next(3)));
                    break;
            }
            if (now % 20 == 0)
                Compare(list, owner: random.Next(3));
        }
    }

    private void AddLast(PendingList list, Random random, ref StreamEntryId last, int count, int now, int spread)
    {
        // Ids whose parts are one above the last one's, or up to so many bits, where they have no near key, or even so far that one block cannot hold them.
        last = new(last.Milliseconds + Math.Max(1, (ulong)random.Next(3) << spread), last.Sequence + (random.Next(4) == 0 ? 1UL << (spread + 2) : 1));
        var origin = IdBase.Of(last);
        var words = new uint[2 * count];
        var keys = MemoryMarshal.Cast<uint, ulong>(words.AsSpan());
        var owner = random.Next(3);
        for (var i = 0; i < count; i++)
        {
            Assert.True(origin.TryGetKey(last, out var key));
            keys[i] = key;
            _expected.Add(last, new(now / 3, 1, owner));
            if (i < count - 1)
                last = new(last.Milliseconds, last.Sequence + 1);
        }
        list.AddLast(new(origin, words, areNear: false), owner, now / 3);
    }

    private void AddAgain(PendingList list, StreamEntryId id, Delivery delivery)
    {
        if (_expected.TryAdd(id, delivery))
            list.Add(id, delivery);
    }

    private void Remove(PendingList list, StreamEntryId[] ids)
    {
        for (var (i, found) = (0, 0); i < ids.Length;)
        {
            if (i >= found)
                found = list.FetchAhead(ids, i);
            Assert.True(list.TryFind(ids[i], out var place));
            var count = list.Remove(place, ids.AsSpan(i));
            foreach (var id in ids.AsSpan(i, count))
            {
                Assert.True(_expected.Remove(id));
                _removed.Add(id);
            }
            i += count;
        }
    }

    private void Deliver(PendingList list, StreamEntryId[] ids, Delivery delivery)
    {
        foreach (var id in ids)
        {
            Assert.True(list.TryFind(id, out var place));
            place.Block.Deliver(place.Index, delivery);
            _expected[id] = delivery;
        }
    }

    private void Compare(PendingList list, int owner)
    {
        var all = new List<KeyValuePair<StreamEntryId, Delivery>>();
        for (var isThere = list.TryGetFrom(StreamEntryId.MinValue, out var place); isThere; isThere = list.TryGetNext(ref place))
            all.Add(new(place.Id, place.Delivery));
        Assert.Equal(_expected, all);
        Assert.Equal(_expected.Count, list.Count);
        var owned = new List<StreamEntryId>();
        if (list.TryGetFrom(StreamEntryId.MinValue, out var next))
        {
            for (; list.TryGetOwned(owner, ref next); next = next with { Index = next.Index + 1 })
                owned.Add(next.Id);
        }
        Assert.Equal(_expected.Where(entry => entry.Value.Owner == owner).Select(entry => entry.Key), owned);
        if (_removed.Count > 0)
            Assert.Equal(_expected.ContainsKey(_removed[^1]), list.TryFind(_removed[^1], out _));
    }
}
