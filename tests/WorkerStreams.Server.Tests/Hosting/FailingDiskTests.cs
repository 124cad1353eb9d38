using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Tests.Durable;
using WorkerStreams.Engine.Tests.Journal;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

/// <summary>What the remote engine tells where the listener's engine fails: whether what was asked for may be done.</summary>
public sealed class FailingDiskTests
{
    private const int SegmentBytes = 64 * 1024;

    private readonly MemoryFolder _folder = new();

    [Fact]
    public async Task What_was_asked_for_when_the_journal_failed_may_be_done()
    {
        await using var host = await StartAsync();
        using var engine = RedisStreamEngine.Connect(ServerProcess.Client(host.Port));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning, createStream: true);
        await engine.AppendAsync("s", Entry());
        using var read = await engine.ReadGroupAsync(new() { Group = "g", Consumer = "c", Streams = [new("s", ReadPosition.Undelivered)] });
        FailFlushes();

        await IsUncertainAsync(() => engine.AppendAsync("s", Entry()).AsTask());
        await IsUncertainAsync(() => engine.AcknowledgeAsync("s", "g", new[] { read.Entries[0].Id }).AsTask());
        await IsUncertainAsync(() => engine.SettleAsync(
            new() { Stream = "s", Group = "g", Owner = "c", Settlements = new[] { Settlement.Acknowledge(read.Entries[0].Id) } }, new SettlementOutcome[1]).AsTask());
        var results = new AppendResult[2];
        await engine.AppendAsync("s", new[] { Entry(), Entry() }, results);
        Assert.All(results, static result => Assert.Equal(
            (AppendStatus.MaybeStored, StreamErrorCode.Unavailable, true), (result.Status, result.Error?.Code, result.Error?.MayHaveTakenEffect)));
    }

    [Fact]
    public async Task Of_a_batch_the_beginning_is_stored_and_the_rest_may_be()
    {
        const int MaxMemory = 1024 * 1024, Count = 90;
        await using var host = await StartAsync(new() { MaxMemory = MaxMemory });
        using var engine = RedisStreamEngine.Connect(ServerProcess.Client(host.Port));
        var entry = new AppendEntry(EntryFields.Of(("f", new string('x', MaxMemory / (Count + 5)))));
        // What is the last of its stream stays in memory, so all of the batch finds no room at once.
        for (var i = 0; i < Count / 3; i++)
            await engine.AppendAsync($"s{i}", entry);
        var isStoring = false;
        _folder.Before = (call, name) =>
        {
            isStoring |= name.StartsWith("chunks-", StringComparison.Ordinal);
            if (isStoring && call == "flush" && name.StartsWith("segment", StringComparison.Ordinal))
                throw new IOException("Input/output error");
        };

        var results = new AppendResult[Count];
        await engine.AppendAsync("s", Enumerable.Repeat(entry, Count).ToArray(), results);

        var stored = results.Count(static result => result.Status == AppendStatus.Stored);
        Assert.InRange(stored, 1, Count - 1);
        Assert.All(results[stored..], static result => Assert.Equal(
            (AppendStatus.MaybeStored, StreamErrorCode.Unavailable, true), (result.Status, result.Error?.Code, result.Error?.MayHaveTakenEffect)));
    }

    [Fact]
    public async Task What_was_published_when_the_journal_failed_may_be_stored()
    {
        await using var listener = await StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerStreams().UseRedis(ServerProcess.Client(listener.Port).ToString());
        builder.Services.AddStreamProducer<Order>("orders", static producer => producer.KeepForever = true);
        using var host = builder.Build();
        await host.StartAsync(ListenerHost.Patience);
        var orders = host.Services.GetRequiredService<IStreamProducer<Order>>();
        await orders.PublishAsync(new(1));
        FailFlushes();

        var failure = await Assert.ThrowsAsync<PublishException>(() => orders.PublishAsync(new(2)).AsTask());
        Assert.Equal(PublishFailure.MayBeStored, failure.Failure);
        failure = await Assert.ThrowsAsync<PublishException>(() => orders.PublishManyAsync([new(3), new(4)]).AsTask());
        Assert.Equal(PublishFailure.MayBeStored, failure.Failure);
        await host.StopAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task What_finds_no_room_on_the_disk_is_not_done()
    {
        await using var host = await StartAsync();
        using var engine = RedisStreamEngine.Connect(ServerProcess.Client(host.Port));
        _folder.Fill();
        var large = new AppendEntry(EntryFields.Of(("f", new string('x', SegmentBytes / 4))));

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () =>
        {
            for (var i = 0; i < 100; i++)
                await engine.AppendAsync("s", large);
        });
        Assert.Equal((StreamErrorCode.DiskFull, false), (refusal.Code, refusal.MayHaveTakenEffect));
        var results = new AppendResult[2];
        await engine.AppendAsync("s", new[] { large, large }, results);
        Assert.All(results, static result => Assert.Equal((AppendStatus.NotStored, StreamErrorCode.DiskFull), (result.Status, result.Error?.Code)));
    }

    [Fact]
    public async Task What_is_asked_of_an_engine_that_is_closed_is_not_done()
    {
        await using var host = await ListenerHost.StartAsync();
        using var engine = RedisStreamEngine.Connect(ServerProcess.Client(host.Port));
        await engine.AppendAsync("s", Entry());
        host.Engine.Dispose();

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => engine.AppendAsync("s", Entry()).AsTask());
        Assert.Equal((StreamErrorCode.Unavailable, false), (refusal.Code, refusal.MayHaveTakenEffect));
        using var client = await host.ConnectAsync();
        Assert.Equal("-UNAVAILABLE the engine is closed\r\n", await client.CallAsync("XLEN", "s"));
    }

    private static AppendEntry Entry() => new(EntryFields.Of(("f", "v")));

    private static async Task IsUncertainAsync(Func<Task> action)
    {
        var failure = await Assert.ThrowsAsync<StreamEngineException>(action);
        Assert.Equal((StreamErrorCode.Unavailable, true), (failure.Code, failure.MayHaveTakenEffect));
        Assert.StartsWith("UNCERTAIN the journal failed", failure.Message, StringComparison.Ordinal);
    }

    private Task<ListenerHost> StartAsync(InProcessEngineOptions? options = null) => ListenerHost.StartAsync(
        engine: OpenEngine.On(_folder, options ?? new(), new() { FlushPolicy = FlushPolicy.Always, SegmentBytes = SegmentBytes }));

    private void FailFlushes() => _folder.Before = static (call, _) =>
    {
        if (call == "flush")
            throw new IOException("Input/output error");
    };

    internal sealed record Order(int Number);
}
