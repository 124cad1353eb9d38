using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>What streams remember of appends that are to be done once is on the disk, and how much they do.</summary>
public sealed class RememberedAppendsTests
{
    private static readonly StreamName Stream = "s";

    private readonly MemoryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_recorded_is_forgotten_in_its_order_after_a_kill(bool checkpoint)
    {
        using var engine = Open(_folder, out var journal);
        StreamEntryId[] ids = [await AppendAsync(engine), await AppendAsync(engine), await AppendAsync(engine)];
        await engine.SetIdempotencyAsync(Stream, maxIds: 2);
        await engine.RecordIdempotencyAsync(Stream, KeyOf(2), ids[2]);
        await engine.RecordIdempotencyAsync(Stream, KeyOf(1), ids[1]);
        if (checkpoint)
            journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(100).GetParts());

        using var again = Open(_folder.Kill(), out _);
        await again.RecordIdempotencyAsync(Stream, KeyOf(0), ids[0]);

        Assert.Equal(new(TimeSpan.FromSeconds(100), 2, 1, 2, 3, 0), (await again.GetStreamInfoAsync(Stream)).Idempotency);
        Assert.Equal([ids[0], ids[1]], [await OnceAsync(again, 0), await OnceAsync(again, 1)]);
        Assert.NotEqual(ids[2], await OnceAsync(again, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_keeps_what_it_was_made_with_after_a_kill(bool checkpoint)
    {
        using var engine = Open(_folder, out var journal);
        engine.SetIdempotencyDefaults(TimeSpan.FromSeconds(7), 3);
        await AppendAsync(engine);
        if (checkpoint)
            journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(100).GetParts());

        using var again = Open(_folder.Kill(), out _);

        Assert.Equal(IdempotencyInfo.Default with { Duration = TimeSpan.FromSeconds(7), MaxIds = 3 }, (await again.GetStreamInfoAsync(Stream)).Idempotency);
        await again.DeleteStreamAsync(Stream);
        await AppendAsync(again);
        Assert.Equal(IdempotencyInfo.Default, (await again.GetStreamInfoAsync(Stream)).Idempotency);
    }

    private static IdempotencyKey KeyOf(int number) => IdempotencyKey.Of("p", $"{number}");

    private static async Task<StreamEntryId> AppendAsync(InProcessStreamEngine engine) => (await engine.AppendAsync(Stream, new(EntryFields.Of(("a", "1")))))!.Value;

    private static ValueTask<StreamEntryId?> OnceAsync(InProcessStreamEngine engine, int number) => engine.AppendOnceAsync(Stream, new(EntryFields.Of(("a", "1"))), KeyOf(number));

    private InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal) =>
        OpenEngine.On(folder, new() { TimeProvider = _time }, new() { SegmentBytes = 16 * 1024 }, out journal);
}
