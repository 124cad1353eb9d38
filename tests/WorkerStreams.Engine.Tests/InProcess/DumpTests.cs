using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Model;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>What comes from outside as a dump may be anything.</summary>
public sealed class DumpTests
{
    [Fact]
    public async Task A_flipped_bit_or_a_cut_anywhere_is_refused_and_changes_nothing()
    {
        using var engine = await FilledAsync();
        var dump = (await engine.DumpAsync("s"))!;
        for (var at = 0; at < dump.Length; at++)
        {
            var flipped = dump.ToArray();
            flipped[at] ^= 0x10;
            await Refused(flipped);
            await Refused(dump[..at]);
        }
        Assert.Equal(["s"], engine.GetKeys().Select(static key => key.ToString()));

        async Task Refused(byte[] bytes)
        {
            var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.RestoreAsync("t", bytes));
            Assert.Equal("ERR DUMP payload version or checksum are wrong", refusal.Message);
        }
    }

    [Fact]
    public async Task Who_makes_a_dump_up_with_a_right_checksum_is_refused_or_gets_a_stream_that_works()
    {
        using var engine = await FilledAsync();
        var dump = (await engine.DumpAsync("s"))!;
        var (random, restored) = (new Random(7), 0);
        for (var round = 0; round < 20_000; round++)
        {
            var made = dump.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                made[random.Next(8, made.Length - 4)] = (byte)random.Next(256);
            BitConverter.TryWriteBytes(made.AsSpan(made.Length - 4), Crc32C.Of(made.AsSpan(0, made.Length - 4)));
            try
            {
                await engine.RestoreAsync("t", made, replace: true);
                restored++;
            }
            catch (StreamEngineException refusal)
            {
                Assert.Contains(refusal.Code, (StreamErrorCode[])[StreamErrorCode.InvalidArgument, StreamErrorCode.EntryTooLarge, StreamErrorCode.OutOfMemory]);
                continue;
            }
            using var full = await engine.GetFullStreamInfoAsync("t", null);
            Assert.Equal(full.Stream.Length, full.Entries.Count);
            Assert.InRange(full.Stream.Idempotency.Ids, 0, full.Stream.Idempotency.IdsAdded);
            foreach (var group in full.Groups)
            {
                (await engine.AutoClaimAsync(new() { Stream = "t", Group = group.Group.Name, Consumer = "x", MinIdle = TimeSpan.Zero, Count = 100 })).Dispose();
                (await engine.ReadGroupAsync(new() { Group = group.Group.Name, Consumer = "x", ClaimMinIdle = TimeSpan.Zero, Streams = [new("t", ReadPosition.Undelivered)] })).Dispose();
            }
        }
        Assert.InRange(restored, 100, 19_900);
        await engine.DeleteStreamAsync("t");
        await engine.DeleteStreamAsync("s");
        Assert.Equal(0, engine.UsedMemory);
    }

    [Fact]
    public async Task An_index_of_a_consumer_in_a_dump_takes_no_memory()
    {
        const int Groups = 50, EntryBytes = 1_000_000;
        using var engine = new InProcessStreamEngine(new());
        var (stream, changes) = Begin();
        stream.Append(new(1, 0), EntryFields.Of(("a", new string('x', EntryBytes))).Encoded);
        changes.Appended(stream, new(1, 0), EntryFields.Of(("a", new string('x', EntryBytes))).Encoded);
        for (var number = 0; number < Groups; number++)
        {
            var group = stream.AddGroup($"g{number}", number, default, 0);
            changes.Created(group);
            changes.Created(group, new ConsumerState("c", EntryBytes - number, 0));
            changes.Assigned(group, new(1, 0), new Delivery(0, 1, EntryBytes - number));
        }
        var dump = await PackAsync(changes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(await engine.RestoreAsync("s", dump));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L * EntryBytes);
        Assert.Equal("c", Assert.Single(await engine.GetConsumersAsync("s", "g7")).Name);
        Assert.Equal(1, await engine.AcknowledgeAsync("s", "g7", new[] { new StreamEntryId(1, 0) }));
    }

    [Theory]
    [InlineData(10_000_000_000_000_000)]
    [InlineData(-10_000_000_000_000_000)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Times_in_a_dump_are_between_1970_and_now(long time)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(5000));
        using var engine = new InProcessStreamEngine(new() { TimeProvider = clock });
        var (stream, changes) = Begin();
        stream.Append(new(1, 0), EntryFields.Of(("a", "1")).Encoded);
        changes.Appended(stream, new(1, 0), EntryFields.Of(("a", "1")).Encoded);
        var group = stream.AddGroup("g", 2, new(1, 0), 1);
        changes.Created(group);
        changes.Created(group, new ConsumerState("c", 0, time));
        changes.Active(group, new ConsumerState("c", 0, time) { ActiveAt = time });
        changes.Assigned(group, new(1, 0), new Delivery(time, 1, 0));
        Assert.True(await engine.RestoreAsync("s", await PackAsync(changes)));

        var idle = TimeSpan.FromMilliseconds(time > 0 ? 0 : 5000);
        Assert.Equal(idle, Assert.Single(await engine.GetPendingAsync(new() { Stream = "s", Group = "g", Count = 10 })).Idle);
        var consumer = Assert.Single(await engine.GetConsumersAsync("s", "g"));
        Assert.Equal((idle, time > 0 ? idle : default(TimeSpan?)), (consumer.Idle, consumer.Inactive));
        // It waits until the entry may be claimed, by a timer.
        var waiting = engine.ReadGroupAsync(new()
        {
            Group = "g", Consumer = "d", Block = TimeSpan.FromMinutes(1), ClaimMinIdle = TimeSpan.FromSeconds(10), Streams = [new("s", ReadPosition.Undelivered)],
        });
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(10));
        using var claimed = await waiting;
        Assert.Equal(new(1, 0), claimed.Entries[0].Id);
    }

    private static (StreamState Stream, ChangeWriter Changes) Begin()
    {
        var (stream, changes) = (new StreamState("s", 1, new(new(100, 4096)), new(), null), new ChangeWriter());
        changes.Created(stream);
        return (stream, changes);
    }

    // With what a dump begins with and ends with.
    private static async Task<byte[]> PackAsync(ChangeWriter changes)
    {
        using var engine = await FilledAsync();
        byte[] dump = [.. (await engine.DumpAsync("s"))![..8], .. changes.Written, .. new byte[4]];
        BitConverter.TryWriteBytes(dump.AsSpan(^4), Crc32C.Of(dump.AsSpan(..^4)));
        return dump;
    }

    private static async Task<InProcessStreamEngine> FilledAsync()
    {
        var engine = new InProcessStreamEngine(new() { MaxMemory = 4 << 20 });
        foreach (var id in (string[])["1-1", "2-1", "3-1"])
            await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), NewEntryId.Parse(id)));
        await engine.AppendOnceAsync("s", new(EntryFields.Of(("a", "1"))), IdempotencyKey.Of("p", "1"));
        await engine.AppendOnceAsync("s", new(EntryFields.Of(("a", "1"))), IdempotencyKey.OfFields("p"));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        (await engine.ReadGroupAsync(new() { Group = "g", Consumer = "c", Streams = [new("s", ReadPosition.Undelivered)] })).Dispose();
        return engine;
    }
}
