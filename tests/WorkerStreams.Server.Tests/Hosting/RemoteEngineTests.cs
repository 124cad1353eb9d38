using WorkerStreams.Engine;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

/// <summary>The remote engine on the listener, where it asks for what came after Redis 8.0.</summary>
public sealed class RemoteEngineTests
{
    [Theory]
    [InlineData(StackExchange.Redis.RedisProtocol.Resp2)]
    [InlineData(StackExchange.Redis.RedisProtocol.Resp3)]
    public async Task A_group_read_claims(StackExchange.Redis.RedisProtocol protocol)
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host, protocol);
        await AppendAsync(engine, 1, 2);
        using (await engine.ReadGroupAsync(Read("a") with { Count = 1 }))
        using (var claimed = await engine.ReadGroupAsync(Read("b") with { ClaimMinIdle = TimeSpan.Zero }))
        {
            Assert.Equal([new(1, 0), new(2, 0)], claimed.Entries.ToArray().Select(static entry => entry.Id));
            Assert.Equal([2, 1], claimed.Entries.ToArray().Select(static entry => entry.DeliveryCount));
            Assert.Equal("f v", claimed.Entries[0].Fields.ToString());
            Assert.Equal(TimeSpan.Zero, claimed.Entries[1].Idle);
        }
        var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.ReadGroupAsync(Read("b") with { ClaimMinIdle = TimeSpan.FromTicks(-20_000) }));
        Assert.Equal("ERR min-idle-time must be a positive integer", refusal.Message);
    }

    [Fact]
    public async Task A_group_read_that_waits_claims_what_becomes_old_enough()
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host);
        await AppendAsync(engine, 1);
        using (await engine.ReadGroupAsync(Read("a")))
        using (var claimed = await engine.ReadGroupAsync(Read("b") with { ClaimMinIdle = TimeSpan.FromMilliseconds(50), Block = TimeSpan.Zero }))
        {
            Assert.Equal(2, Assert.Single(claimed.Entries.ToArray()).DeliveryCount);
            Assert.True(claimed.Entries[0].Idle >= TimeSpan.FromMilliseconds(50));
        }
    }

    [Fact]
    public async Task A_trimming_heeds_what_groups_refer_to()
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host);
        await AppendAsync(engine, 1, 2, 3);
        using (await engine.ReadGroupAsync(Read("a")))
            await engine.AcknowledgeAsync("s", "g", new StreamEntryId[] { new(2, 0) });

        Assert.Equal(1, await engine.TrimAsync("s", StreamTrim.MaxLength(0) with { References = EntryReferences.OnlyAcknowledged }));
        Assert.Equal(2, await engine.TrimAsync("s", StreamTrim.MaxLength(0) with { References = EntryReferences.Delete }));
        Assert.Equal(0, (await engine.GetPendingSummaryAsync("s", "g")).Count);
    }

    [Fact]
    public async Task Entries_are_handed_back()
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host);
        await AppendAsync(engine, 1, 2, 3);
        using (await engine.ReadGroupAsync(Read("a")))
            await engine.AcknowledgeAsync("s", "g", new StreamEntryId[] { new(3, 0) });
        var request = new NackRequest { Stream = "s", Group = "g", Ids = new StreamEntryId[] { new(2, 0), new(9, 0) }, Mode = NackMode.Silent };

        Assert.Equal(1, await engine.NackAsync(request));
        Assert.Equal(2, await engine.NackAsync(request with { Ids = new StreamEntryId[] { new(1, 0), new(3, 0) }, Mode = NackMode.Fatal, DeliveryCount = 8, Force = true }));
        Assert.Equal(0, await engine.NackAsync(request with { Ids = default }));

        var pending = await engine.GetPendingAsync(new() { Stream = "s", Group = "g", Count = 10 });
        Assert.Equal([new(new(1, 0), "", PendingEntry.UnownedIdle, 8), new(new(2, 0), "", PendingEntry.UnownedIdle, 0), new(new(3, 0), "", PendingEntry.UnownedIdle, 8)], pending);
        Assert.Equal(pending, await host.Engine.GetPendingAsync(new() { Stream = "s", Group = "g", Count = 10 }));
    }

    [Fact]
    public async Task An_append_is_done_once()
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host);
        var entry = new AppendEntry(EntryFields.Of(("f", "v")));
        var first = await engine.AppendOnceAsync("s", entry, IdempotencyKey.Of("p", "1"));
        await engine.AppendOnceAsync("s", entry, IdempotencyKey.OfFields("p"), new() { CreateStream = false, Trim = StreamTrim.MaxLength(9) });

        Assert.Equal(first, await engine.AppendOnceAsync("s", entry, IdempotencyKey.Of("p", "1")));
        Assert.Equal(new IdempotencyInfo(TimeSpan.FromSeconds(100), 100, 1, 2, 2, 1), (await engine.GetStreamInfoAsync("s")).Idempotency);
        await engine.RecordIdempotencyAsync("s", IdempotencyKey.Of("q", "1"), first!.Value);
        Assert.Equal(first, await engine.AppendOnceAsync("s", entry, IdempotencyKey.Of("q", "1")));
        await engine.SetIdempotencyAsync("s", TimeSpan.FromSeconds(7), 8);
        Assert.Equal(new IdempotencyInfo(TimeSpan.FromSeconds(7), 8, 0, 0, 3, 2), (await engine.GetStreamInfoAsync("s")).Idempotency);
        var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.SetIdempotencyAsync("s"));
        Assert.Equal((StreamErrorCode.InvalidArgument, "ERR At least one parameter must be specified"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task What_is_too_much_for_a_script_is_not_for_a_command()
    {
        const int Fields = 3_500, Entries = 10_001;
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host);
        var ids = Enumerable.Range(1, Entries).Select(static number => new StreamEntryId((ulong)number, 0)).ToArray();
        foreach (var id in ids)
            await host.Engine.AppendAsync("{s}", new AppendEntry(EntryFields.Of(("f", "v")), id));
        var many = new EntryFieldsWriter();
        for (var i = 0; i < Fields; i++)
            many.Add("f"u8, "v"u8);
        var newIds = new StreamEntryId?[1];

        await engine.MoveAsync(new() { Source = "{s}", Destination = "{s}:moved", Entries = new MoveEntry[] { new(ids[0], many.Written) } }, newIds);
        Assert.NotNull(newIds[0]);
        using (var moved = await engine.RangeAsync("{s}:moved", RangeBound.Min, RangeBound.Max))
            Assert.Equal(Fields, moved.Entries[0].Fields.Count);
        var outcomes = new DeletionOutcome[Entries];
        await engine.DeleteAsync("{s}", ids, EntryReferences.Keep, outcomes);
        Assert.Equal([DeletionOutcome.NotFound, .. Enumerable.Repeat(DeletionOutcome.Deleted, Entries - 1)], outcomes);
    }

    [Fact]
    public async Task A_claim_goes_by_one_look_at_what_the_server_has()
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = Connect(host);
        await AppendAsync(engine, 1);
        (await engine.ReadGroupAsync(Read("a"))).Dispose();
        await using var client = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(ServerProcess.Client(host.Port));
        // As if another server came in between.
        var looks = 0;
        var connection = new RedisConnection(client, () => ++looks == 1);

        using var claimed = await ClaimCommands.ClaimAsync(
            connection, new() { Stream = "s", Group = "g", Consumer = "b", MinIdle = TimeSpan.Zero, Ids = new[] { new StreamEntryId(1, 0) } }, CancellationToken.None);

        Assert.Equal(2, Assert.Single(claimed.Entries.ToArray()).DeliveryCount);
    }

    private static RedisStreamEngine Connect(ListenerHost host, StackExchange.Redis.RedisProtocol protocol = StackExchange.Redis.RedisProtocol.Resp2)
    {
        var configuration = ServerProcess.Client(host.Port);
        configuration.Protocol = protocol;
        return RedisStreamEngine.Connect(configuration);
    }

    private static async Task AppendAsync(RedisStreamEngine engine, params ulong[] ids)
    {
        foreach (var id in ids)
            await engine.AppendAsync("s", new AppendEntry(EntryFields.Of(("f", "v")), new StreamEntryId(id, 0)));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
    }

    private static ReadGroupRequest Read(StreamName consumer) => new() { Group = "g", Consumer = consumer, Streams = [new("s", ReadPosition.Undelivered)] };
}
