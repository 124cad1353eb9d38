using System.Globalization;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>What the in-process engine takes, gives back, and refuses to take.</summary>
public sealed class MemoryTests
{
    private const long MiB = 1 << 20;

    private static readonly StreamName Stream = "s";
    private static readonly StreamName DeadLetters = Stream.Companion("dead");
    private static readonly StreamName Group = "g";

    [Fact]
    public async Task Memory_is_used_while_there_are_entries_and_given_back_with_the_stream()
    {
        using var engine = new InProcessStreamEngine();
        Assert.Equal(0, engine.UsedMemory);
        await FillAsync(engine, 1_000, bytes: 1_000);
        Assert.InRange(engine.UsedMemory, 1_000_000, 2_000_000);
        await engine.DeleteStreamAsync(Stream);
        Assert.Equal(0, engine.UsedMemory);
    }

    [Fact]
    public async Task Trimming_gives_memory_back()
    {
        using var engine = new InProcessStreamEngine();
        await FillAsync(engine, 2_000, bytes: 1_000);
        await engine.TrimAsync(Stream, StreamTrim.MaxLength(1_000));
        Assert.InRange(engine.UsedMemory, 1_000_000, 2_000_000);
        await engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        Assert.InRange(engine.UsedMemory, 0, 10_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deleting_gives_memory_back(bool shuffled)
    {
        using var engine = new InProcessStreamEngine();
        var ids = await FillAsync(engine, 2_000, bytes: 500);
        var full = engine.UsedMemory;
        if (shuffled)
            new Random(1).Shuffle(ids);
        await engine.DeleteAsync(Stream, ids.AsMemory(0, 1_900));
        Assert.InRange(engine.UsedMemory, 0, full / 2);
        await engine.DeleteAsync(Stream, ids.AsMemory(1_900));
        Assert.InRange(engine.UsedMemory, 0, 10_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acknowledging_gives_memory_back(bool shuffled)
    {
        using var engine = new InProcessStreamEngine();
        var ids = await FillAsync(engine, 20_000, bytes: 1);
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
        await engine.CreateConsumerAsync(Stream, Group, "a");
        var before = engine.UsedMemory;
        using (await engine.ReadGroupAsync(Read("a")))
            Assert.InRange(engine.UsedMemory, before + (20_000 * 4), long.MaxValue);
        if (shuffled)
            new Random(1).Shuffle(ids);
        Assert.Equal(20_000, await engine.AcknowledgeAsync(Stream, Group, ids));
        Assert.InRange(engine.UsedMemory, 0, before + 10_000);
    }

    [Fact]
    public async Task A_destroyed_group_gives_its_memory_back()
    {
        using var engine = new InProcessStreamEngine();
        await FillAsync(engine, 1_000, bytes: 1);
        var before = engine.UsedMemory;
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
        (await engine.ReadGroupAsync(Read("a"))).Dispose();
        await engine.DestroyGroupAsync(Stream, Group);
        Assert.Equal(before, engine.UsedMemory);
    }

    [Fact]
    public async Task What_is_remembered_of_appends_is_given_back()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var before = engine.UsedMemory;
        for (var number = 0; number < 1_000; number++)
            await engine.AppendOnceAsync(Stream, new AppendEntry(EntryFields.Of(("f", "v"))), IdempotencyKey.Of("p", $"{number}"), new() { Trim = StreamTrim.MaxLength(0) });
        Assert.InRange(engine.UsedMemory, before + (100 * 200), before + (100 * 400));
        await engine.SetIdempotencyAsync(Stream, maxIds: 1);
        Assert.InRange(engine.UsedMemory, before, before + 1_000);
        await engine.DeleteStreamAsync(Stream);
        Assert.Equal(0, engine.UsedMemory);
    }

    [Fact]
    public async Task What_is_claimed_by_age_or_handed_back_gives_its_memory_back()
    {
        using var engine = new InProcessStreamEngine();
        var ids = await FillAsync(engine, 1_000, bytes: 1);
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
        var read = new ReadGroupRequest { Group = Group, Consumer = "a", Streams = [new(Stream, ReadPosition.Undelivered)] };
        (await engine.ReadGroupAsync(read)).Dispose();
        var before = engine.UsedMemory;
        (await engine.ReadGroupAsync(read with { ClaimMinIdle = TimeSpan.FromDays(1) })).Dispose();
        await engine.NackAsync(new() { Stream = Stream, Group = Group, Ids = ids, Mode = NackMode.Fail });
        Assert.InRange(engine.UsedMemory, before + 50_000, before + 400_000);
        await engine.AcknowledgeAsync(Stream, Group, ids.AsMemory(0, 999));
        Assert.InRange(engine.UsedMemory, 0, before + 20_000);
        await engine.DestroyGroupAsync(Stream, Group);
        await engine.DeleteStreamAsync(Stream);
        Assert.Equal(0, engine.UsedMemory);
    }

    [Fact]
    public async Task A_stream_kept_short_takes_no_more_however_much_passes_through()
    {
        using var engine = new InProcessStreamEngine();
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var options = new AppendOptions { Trim = StreamTrim.MaxLength(100) };
        for (var i = 0; i < 20_000; i++)
        {
            var id = await engine.AppendAsync(Stream, new AppendEntry(Payload(100)), options);
            (await engine.ReadGroupAsync(Read("a"))).Dispose();
            await engine.AcknowledgeAsync(Stream, Group, new[] { id!.Value });
        }
        Assert.InRange(engine.UsedMemory, 0, 100_000);
    }

    [Fact]
    public async Task Beyond_the_limit_appends_fail_and_all_else_goes_on()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = MiB });
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var stored = 0;
        var refused = default(StreamEngineException);
        for (; refused is null && stored < 10_000; stored++)
            refused = await RefusalAsync(engine);
        stored--;

        Assert.Equal(StreamErrorCode.OutOfMemory, refused?.Code);
        Assert.StartsWith("OOM ", refused!.Message, StringComparison.Ordinal);
        Assert.False(refused.MayHaveTakenEffect);
        Assert.InRange(engine.UsedMemory, MiB * 8 / 10, MiB + (64 * 1024));
        Assert.InRange(stored, 400, 1_100);
        Assert.Equal(stored, await engine.GetLengthAsync(Stream));

        var results = new AppendResult[2];
        await engine.AppendAsync(Stream, new AppendEntry[] { new(Payload(1_000)), new(Payload(1_000)) }, results);
        Assert.All(results, result => Assert.Equal((AppendStatus.NotStored, StreamErrorCode.OutOfMemory), (result.Status, result.Error?.Code)));

        using (var batch = await engine.ReadGroupAsync(Read("a")))
        {
            StreamEntryId[] ids = [.. batch.Entries.ToArray().Select(entry => entry.Id)];
            Assert.Equal(stored, await engine.AcknowledgeAsync(Stream, Group, ids));
        }
        await engine.TrimAsync(Stream, StreamTrim.MaxLength(10));
        Assert.Null(await RefusalAsync(engine));
    }

    [Fact]
    public async Task Names_are_held_to_the_limit_too()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = MiB });
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var before = engine.UsedMemory;
        Assert.InRange(await FillAsync(static (engine, name) => engine.CreateGroupAsync(name, Group, GroupPosition.Beginning, createStream: true)), 8, 10);
        Assert.InRange(await FillAsync(static (engine, name) => engine.CreateGroupAsync(Stream, name, GroupPosition.Beginning)), 8, 10);
        Assert.InRange(await FillAsync(static async (engine, name) => await engine.CreateConsumerAsync(Stream, Group, name)), 8, 10);

        async Task<int> FillAsync(Func<InProcessStreamEngine, StreamName, ValueTask> create)
        {
            List<StreamName> made = [];
            try
            {
                for (; ; made.Add(Long(made.Count)))
                    await create(engine, Long(made.Count));
            }
            catch (StreamEngineException full)
            {
                Assert.Equal(StreamErrorCode.OutOfMemory, full.Code);
            }
            foreach (var name in made)
            {
                await engine.DeleteStreamAsync(name);
                await engine.DestroyGroupAsync(Stream, name);
                await engine.DeleteConsumerAsync(Stream, Group, name);
            }
            Assert.Equal(before, engine.UsedMemory);
            return made.Count;
        }

        static StreamName Long(int number) => string.Create(CultureInfo.InvariantCulture, $"{number}{new string('n', 100_000)}");
    }

    [Fact]
    public async Task Holders_of_names_are_held_to_the_limit_and_hold_on_beyond_it()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = MiB });
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        var before = engine.UsedMemory;
        await HoldAsync("a", 400_000);
        await HoldAsync("b", 400_000);
        Assert.InRange(engine.UsedMemory, before + 800_000, before + 801_000);

        await IsRefusedAsync("a", 700_000, instead: 400_000);
        await IsRefusedAsync("c", 300_000);
        Assert.Equal(["a", "b"], (await engine.GetConsumersAsync(Stream, Group)).Select(static consumer => consumer.Name).Order());
        StreamName rest = new string('n', (int)(MiB - engine.UsedMemory) - 200);
        await engine.CreateConsumerAsync(Stream, Group, rest);
        await HoldAsync("a", 400_000);
        await HoldAsync("c", 1);
        await IsRefusedAsync("d", (int)MiB / 64);

        await engine.DeleteConsumerAsync(Stream, Group, "c");
        await engine.DeleteConsumerAsync(Stream, Group, rest);
        await engine.LeaveConsumerAsync(Stream, Group, "a", Holder(400_000));
        await HoldAsync("b", 500_000, instead: 400_000);
        Assert.InRange(engine.UsedMemory, before + 500_000, before + 501_000);
        await HoldAsync("b", 1, instead: 500_000);
        Assert.InRange(engine.UsedMemory, before, before + 1_000);
        await HoldAsync("c", 500_000);
        await engine.DeleteConsumerAsync(Stream, Group, "c");
        Assert.InRange(engine.UsedMemory, before, before + 1_000);
        await HoldAsync("c", 500_000);
        await engine.DeleteStreamAsync(Stream);
        Assert.Equal(0, engine.UsedMemory);

        static StreamName Holder(int bytes) => new string('h', bytes);

        async Task IsRefusedAsync(StreamName consumer, int bytes, int instead = 0) =>
            Assert.Equal(StreamErrorCode.OutOfMemory, (await Assert.ThrowsAsync<StreamEngineException>(() => HoldAsync(consumer, bytes, instead))).Code);

        async Task HoldAsync(StreamName consumer, int bytes, int instead = 0)
        {
            var hold = await engine.HoldConsumerAsync(new()
            {
                Stream = Stream,
                Group = Group,
                Consumer = consumer,
                Holder = Holder(bytes),
                Instead = Holder(instead),
                Duration = TimeSpan.FromMinutes(1),
                Lease = TimeSpan.FromMinutes(1),
            });
            Assert.Equal(Holder(bytes), hold.Holder);
        }
    }

    [Fact]
    public async Task A_refused_append_makes_no_stream()
    {
        using var engine = new InProcessStreamEngine(new() { MaxEntryBytes = 50 });
        await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.AppendAsync(Stream, new AppendEntry(Payload(100))));
        await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.GetStreamInfoAsync(Stream));
        Assert.Equal(0, engine.UsedMemory);
    }

    [Fact]
    public async Task An_entry_larger_than_the_limit_is_refused_and_one_as_large_is_not()
    {
        var fields = Payload(100);
        using var exact = new InProcessStreamEngine(new() { MaxEntryBytes = fields.EncodedLength });
        Assert.NotNull(await exact.AppendAsync(Stream, new AppendEntry(fields)));

        using var below = new InProcessStreamEngine(new() { MaxEntryBytes = fields.EncodedLength - 1 });
        var refused = await Assert.ThrowsAsync<StreamEngineException>(async () => await below.AppendAsync(Stream, new AppendEntry(fields)));
        Assert.Equal(StreamErrorCode.EntryTooLarge, refused.Code);
        Assert.StartsWith("ERR Elements are too large to be stored", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_letter_beyond_the_limit_is_refused_before_anything_is_settled()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = MiB });
        var ids = await FillAsync(engine, 3, bytes: 1_000);
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
        (await engine.ReadGroupAsync(Read("a"))).Dispose();
        var letter = Payload((int)(MiB - engine.UsedMemory) * 2 / 3);
        var before = engine.UsedMemory;

        var refused = await Assert.ThrowsAsync<StreamEngineException>(
            () => SettleAsync(engine, Settlement.Acknowledge(ids[0]), Settlement.DeadLetter(ids[1], letter), Settlement.DeadLetter(ids[2], letter)));
        Assert.Equal((StreamErrorCode.OutOfMemory, false), (refused.Code, refused.MayHaveTakenEffect));
        Assert.Equal((3, before), ((await engine.GetPendingSummaryAsync(Stream, Group)).Count, engine.UsedMemory));

        Assert.Equal([SettlementOutcome.Done], await SettleAsync(engine, Settlement.DeadLetter(ids[1], letter)));
        await Assert.ThrowsAsync<StreamEngineException>(() => SettleAsync(engine, Settlement.DeadLetter(ids[2], letter)));
        await engine.TrimAsync(DeadLetters, StreamTrim.MaxLength(0));
        Assert.Equal([SettlementOutcome.Done], await SettleAsync(engine, Settlement.DeadLetter(ids[2], letter)));
    }

    [Fact]
    public async Task An_entry_of_the_largest_size_can_be_dead_lettered()
    {
        using var engine = new InProcessStreamEngine(new() { MaxEntryBytes = Payload(100).EncodedLength });
        var ids = await FillAsync(engine, 1, bytes: 100);
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
        (await engine.ReadGroupAsync(Read("a"))).Dispose();

        Assert.Equal([SettlementOutcome.Done], await SettleAsync(engine, Settlement.DeadLetter(ids[0], Payload(5_000))));
        Assert.Equal(1, await engine.GetLengthAsync(DeadLetters));
    }

    private static async Task<SettlementOutcome[]> SettleAsync(InProcessStreamEngine engine, params Settlement[] settlements)
    {
        var outcomes = new SettlementOutcome[settlements.Length];
        await engine.SettleAsync(new() { Stream = Stream, Group = Group, Owner = "a", Settlements = settlements, DeadLetterStream = DeadLetters }, outcomes);
        return outcomes;
    }

    private static EntryFields Payload(int bytes) => EntryFields.Of(("f", new string('x', bytes)));

    private static ReadGroupRequest Read(StreamName consumer) =>
        new() { Group = Group, Consumer = consumer, Streams = [new(Stream, ReadPosition.Undelivered)] };

    private static async Task<StreamEntryId[]> FillAsync(InProcessStreamEngine engine, int count, int bytes)
    {
        var entries = new AppendEntry[count];
        Array.Fill(entries, new(Payload(bytes)));
        var results = new AppendResult[count];
        await engine.AppendAsync(Stream, entries, results);
        return [.. results.Select(result => result.Id)];
    }

    private static async Task<StreamEngineException?> RefusalAsync(InProcessStreamEngine engine)
    {
        try
        {
            await engine.AppendAsync(Stream, new AppendEntry(Payload(1_000)));
            return null;
        }
        catch (StreamEngineException refusal)
        {
            return refusal;
        }
    }
}
