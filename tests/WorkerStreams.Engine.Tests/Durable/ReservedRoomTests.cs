using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Contract.Durable;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Commands whose record is far longer than a segment: there is room for it before anything changes.</summary>
public sealed class ReservedRoomTests : IDisposable
{
    private const int NameBytes = 50_000;
    private const int Entries = 100_000;

    private static readonly StreamName Orders = "{a}orders", Others = "{a}others", Group = "g";

    private readonly MemoryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private InProcessStreamEngine _engine;

    public ReservedRoomTests() => _engine = Open();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Names_may_be_long()
    {
        await _engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        await _engine.CreateGroupAsync(Others, Group, GroupPosition.Beginning, createStream: true);
        await _engine.AppendAsync(Long("stream"), new AppendEntry(EntryFields.Of(("f", "v"))));
        var id = await _engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v"))));
        await _engine.CreateGroupAsync(Orders, Long("group"), GroupPosition.Beginning);
        await _engine.CreateConsumerAsync(Orders, Group, Long("created"));
        using (await _engine.ReadGroupAsync(new() { Group = Group, Consumer = Long("reader"), Streams = [new(Orders, ReadPosition.Undelivered), new(Others, ReadPosition.Undelivered)] }))
        using (await _engine.ClaimAsync(new() { Stream = Orders, Group = Group, Consumer = Long("claimer"), MinIdle = TimeSpan.Zero, Ids = new[] { id!.Value } }))
        using (await _engine.AutoClaimAsync(new() { Stream = Orders, Group = Group, Consumer = Long("sweeper"), MinIdle = TimeSpan.Zero }))
        {
        }
        await _engine.HoldConsumerAsync(
            new() { Stream = Orders, Group = Group, Consumer = Long("held"), Holder = Long("holder"), Duration = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) });
        await _engine.MoveAsync(
            new() { Source = Orders, Destination = Long("{a}moved"), Entries = new[] { new MoveEntry(id.Value, EntryFields.Of(("f", "v"))) } }, new StreamEntryId?[1]);

        await ReopenAsync();
        Assert.Equal([Group, Long("group")], (await _engine.GetGroupsAsync(Orders)).Select(static group => group.Name).Order());
        Assert.Equal(
            [Long("claimer"), Long("created"), Long("held"), Long("reader"), Long("sweeper")],
            (await _engine.GetConsumersAsync(Orders, Group)).Select(static consumer => consumer.Name).Order());
        Assert.Equal((1, 1), (await _engine.GetLengthAsync(Long("stream")), await _engine.GetLengthAsync(Long("{a}moved"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_trimming_may_tell_of_many_entries(bool isWithAppend)
    {
        await FillAsync();
        var trim = StreamTrim.MaxLength(1) with { References = EntryReferences.Delete };
        if (isWithAppend)
            await _engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v"))), new() { Trim = trim });
        else
            await _engine.TrimAsync(Orders, trim);
        await ReopenAsync();
        // An append does a part of it, and the next one goes on.
        var left = isWithAppend ? Entries - 10_000 : 1;
        Assert.Equal(isWithAppend ? left + 1 : left, await _engine.GetLengthAsync(Orders));
        Assert.Equal(left, (await _engine.GetPendingSummaryAsync(Orders, Group)).Count);
    }

    [Fact]
    public async Task A_deletion_may_tell_of_many_groups()
    {
        const int Groups = 50, Deleted = 2_000;
        await FillAsync();
        for (var i = 0; i < Groups; i++)
        {
            StreamName group = string.Create(CultureInfo.InvariantCulture, $"g{i}");
            await _engine.CreateGroupAsync(Orders, group, GroupPosition.Beginning);
            (await _engine.ReadGroupAsync(new() { Group = group, Consumer = "c", Count = Deleted, Streams = [new(Orders, ReadPosition.Undelivered)] })).Dispose();
        }
        var ids = Enumerable.Range(1, Deleted).Select(IdOf).ToArray();
        await _engine.DeleteAsync(Orders, ids, EntryReferences.Delete, new DeletionOutcome[Deleted]);
        await ReopenAsync();
        Assert.Equal(Entries - Deleted, await _engine.GetLengthAsync(Orders));
        Assert.Equal(0, (await _engine.GetPendingSummaryAsync(Orders, "g1")).Count);
    }

    [Fact]
    public async Task A_read_that_waits_claims_what_there_is_room_for()
    {
        await FillAsync();
        var read = _engine.ReadGroupAsync(
            new() { Group = Group, Consumer = "other", Streams = [new(Orders, ReadPosition.Undelivered)], ClaimMinIdle = TimeSpan.FromMinutes(1), Block = TimeSpan.Zero }).AsTask();
        Assert.False(read.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        using (var claimed = await read)
            Assert.Equal(1_000, claimed.Count);
        await ReopenAsync();
        Assert.Equal((Entries, 1_000), await CountAsync());

        async Task<(long, long)> CountAsync()
        {
            var summary = await _engine.GetPendingSummaryAsync(Orders, Group);
            return (summary.Count, summary.Consumers.Single(static consumer => consumer.Consumer == "other").Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_waits_claims_nothing_while_the_disk_is_full(bool isHeld)
    {
        await FillAsync();
        var read = _engine.ReadGroupAsync(
            new() { Group = Group, Consumer = "other", Streams = [new(Orders, ReadPosition.Undelivered)], ClaimMinIdle = TimeSpan.FromMinutes(1), Block = TimeSpan.Zero }).AsTask();
        await FillDiskAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        using (isHeld ? _engine.HoldReads() : null)
            Assert.Equal(1, await _engine.NackAsync(new() { Stream = Orders, Group = Group, Mode = NackMode.Fail, Ids = new[] { IdOf(1) } }));
        Assert.Equal(1, await _engine.AcknowledgeAsync(Orders, Group, new[] { IdOf(2) }));
        Assert.False(read.IsCompleted);

        _folder.Capacity = null;
        await Eventually.HoldsAsync(() => read.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(1)));
        using (var claimed = await read)
            Assert.Equal((1_000, IdOf(1)), (claimed.Count, claimed.Entries[0].Id));
        await ReopenAsync();
        Assert.Equal(Entries - 1, (await _engine.GetPendingSummaryAsync(Orders, Group)).Count);
    }

    [Fact]
    public async Task A_read_that_waits_makes_no_consumer_again_while_the_disk_is_full()
    {
        await FillAsync();
        var read = _engine.ReadGroupAsync(
            new() { Group = Group, Consumer = Long("other"), Streams = [new(Orders, ReadPosition.Undelivered)], ClaimMinIdle = TimeSpan.FromMinutes(1), Block = TimeSpan.Zero }).AsTask();
        await FillDiskAsync();
        await _engine.DeleteConsumerAsync(Orders, Group, Long("other"));
        Assert.Equal(1, await _engine.NackAsync(new() { Stream = Orders, Group = Group, Mode = NackMode.Fail, Ids = new[] { IdOf(1) } }));
        Assert.Equal("c", Assert.Single(await _engine.GetConsumersAsync(Orders, Group)).Name);
        Assert.False(read.IsCompleted);

        _folder.Capacity = null;
        await Eventually.HoldsAsync(() => read.IsCompleted, () => _time.Advance(TimeSpan.FromSeconds(1)));
        (await read).Dispose();
        await ReopenAsync();
        Assert.Equal(["c", Long("other")], (await _engine.GetConsumersAsync(Orders, Group)).Select(static consumer => consumer.Name).Order());
    }

    [Fact]
    public async Task A_copy_has_all_names()
    {
        await _engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        await _engine.HoldConsumerAsync(
            new() { Stream = Orders, Group = Group, Consumer = Long("held"), Holder = Long("holder"), Duration = TimeSpan.FromHours(1), Lease = TimeSpan.FromHours(1) });
        Assert.True(await _engine.CopyAsync(Orders, Long("copy"), replace: false));
        await ReopenAsync();
        Assert.Equal(Long("held"), Assert.Single(await _engine.GetConsumersAsync(Long("copy"), Group)).Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_entries_may_be_delivered_once_more(bool isRead)
    {
        await FillAsync();
        if (isRead)
            (await _engine.ReadGroupAsync(new() { Group = Group, Consumer = "c", Streams = [new(Orders, ReadPosition.After(default))] })).Dispose();
        else
            (await _engine.AutoClaimAsync(new() { Stream = Orders, Group = Group, Consumer = "other", MinIdle = TimeSpan.Zero, Count = int.MaxValue })).Dispose();
        await ReopenAsync();
        var pending = await _engine.GetPendingAsync(new() { Stream = Orders, Group = Group, Count = int.MaxValue });
        Assert.Equal(Entries, pending.Count);
        Assert.All(pending, static entry => Assert.Equal(2, entry.DeliveryCount));
    }

    [Theory]
    [InlineData("read")]
    [InlineData("claim")]
    [InlineData("names")]
    [InlineData("delete")]
    [InlineData("trim")]
    public async Task Little_is_reserved_for_what_can_change_little(string command)
    {
        const int Many = 100;
        var journal = new MemoryJournal();
        _engine.Dispose();
        _engine = new(new() { TimeProvider = _time }, replay => journal.Open(replay));
        await _engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v")), NewEntryId.Explicit(IdOf(1))));
        for (var i = 0; i < Many; i++)
            await _engine.CreateGroupAsync(Orders, string.Create(CultureInfo.InvariantCulture, $"g{i}"), GroupPosition.End);
        await _engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning);
        var consumer = command == "names" ? Long("reader") : "reader";
        (await _engine.ReadGroupAsync(new() { Group = Group, Consumer = consumer, Streams = [new(Orders, ReadPosition.Undelivered)] })).Dispose();
        journal.MostReserved = 0;

        switch (command)
        {
            case "read":
                await ReadAsync(ReadPosition.After(default));
                break;
            case "claim":
                await ReadAsync(ReadPosition.Undelivered);
                break;
            case "names":
                (await _engine.ReadGroupAsync(new() { Group = Group, Consumer = consumer, Streams = [.. Enumerable.Repeat(new StreamPosition(Orders, ReadPosition.Undelivered), Many)] })).Dispose();
                break;
            case "delete":
                await _engine.DeleteAsync(Orders, Enumerable.Range(1, Many).Select(IdOf).ToArray(), EntryReferences.Delete, new DeletionOutcome[Many]);
                break;
            case "trim":
                for (var i = 0; i < Many; i++)
                    await _engine.AppendAsync(Orders, new AppendEntry(EntryFields.Of(("f", "v"))));
                journal.MostReserved = 0;
                Assert.Equal(Many + 1, await _engine.TrimAsync(Orders, StreamTrim.MaxLength(0) with { References = EntryReferences.Delete }));
                break;
        }
        Assert.InRange(journal.MostReserved, 1, 16 * 1024);

        async Task ReadAsync(ReadPosition position) => (await _engine.ReadGroupAsync(
            new() { Group = Group, Consumer = consumer, Streams = [.. Enumerable.Repeat(new StreamPosition(Orders, position), Many)], Count = 10_000, ClaimMinIdle = TimeSpan.Zero })).Dispose();
    }

    [Fact]
    public async Task More_than_a_journal_can_take_in_one_record_is_refused()
    {
        await FillAsync();
        var refused = await Assert.ThrowsAsync<StreamEngineException>(async () => await _engine.ReadGroupAsync(
            new() { Group = Group, Consumer = "c", Streams = [.. Enumerable.Repeat(new StreamPosition(Orders, ReadPosition.After(default)), 200)] }));
        Assert.Equal(StreamErrorCode.InvalidArgument, refused.Code);
        Assert.Equal(
            "ERR the command may change too much in one step: the journal would need 1280014024 bytes for it, 1073741824 are the most. Do it in parts", refused.Message);
        await ReopenAsync();
        Assert.Equal(Entries, (await _engine.GetPendingSummaryAsync(Orders, Group)).Count);
    }

    private static StreamEntryId IdOf(int number) => new((ulong)number * 1_000_000_007, 0);

    private async Task FillAsync()
    {
        await _engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        var entries = Enumerable.Range(1, Entries).Select(static number => new AppendEntry(EntryFields.Of(("f", "v")), NewEntryId.Explicit(IdOf(number)))).ToArray();
        // Little at a time, for which little room is made ready.
        for (var i = 0; i < Entries; i += 100)
            await _engine.AppendAsync(Orders, entries.AsMemory(i, 100), new AppendResult[100]);
        (await _engine.ReadGroupAsync(new() { Group = Group, Consumer = "c", Streams = [new(Orders, ReadPosition.Undelivered)] })).Dispose();
    }

    private async Task FillDiskAsync()
    {
        _folder.Fill();
        var full = await Assert.ThrowsAsync<StreamEngineException>(async () =>
        {
            while (true)
                await _engine.AppendAsync("others", new AppendEntry(EntryFields.Of(("f", "v"))));
        });
        Assert.Equal(StreamErrorCode.DiskFull, full.Code);
    }

    private async Task ReopenAsync()
    {
        // What has failed would refuse it.
        await _engine.AppendAsync("last", new AppendEntry(EntryFields.Of(("f", "v"))));
        _engine.Dispose();
        _engine = Open();
    }

    private static StreamName Long(string name) => string.Create(CultureInfo.InvariantCulture, $"{name}-{new string('n', NameBytes)}");

    private InProcessStreamEngine Open() => OpenEngine.On(_folder, new() { TimeProvider = _time }, OpenJournal.OptionsFor(FlushPolicy.Never, segmentBytes: 8192));
}
