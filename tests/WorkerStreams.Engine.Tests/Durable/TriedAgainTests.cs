using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>A command that is tried again, since others have used up the room in memory that it had made.</summary>
public sealed class TriedAgainTests
{
    private const int MaxMemory = 1024 * 1024, SegmentBytes = 8192, Entries = 5_000, LargeBytes = 100_000;

    private static readonly StreamName Orders = "orders", Others = "others", Group = "g";

    [Fact]
    public async Task What_it_may_change_is_looked_up_anew()
    {
        var (folder, time) = (new MemoryFolder(), new HookedTime());
        using var engine = OpenEngine.On(folder, new() { TimeProvider = time, MaxMemory = MaxMemory }, OpenJournal.OptionsFor(FlushPolicy.Never, SegmentBytes));
        await engine.CreateGroupAsync(Orders, Group, GroupPosition.Beginning, createStream: true);
        for (var i = 0; i < Entries; i++)
            await AppendAsync(engine, Orders, bytes: 1);
        while (engine.UsedMemory < MaxMemory - 150_000)
            await AppendAsync(engine, Others, bytes: 3_900);

        // Others take what was free, and when a checkpoint makes room, everything becomes pending.
        var (delivered, made) = (0, 0);
        time.Next = () => Assert.True(AppendAsync(engine, Others, bytes: 80_000).IsCompletedSuccessfully);
        folder.Before = (call, name) =>
        {
            if (call == "create" && name.StartsWith("checkpoint", StringComparison.Ordinal) && delivered == 0)
                delivered = Deliver(engine);
            if (call == "rename" && name.StartsWith("segment", StringComparison.Ordinal) && delivered > 0)
                Interlocked.Increment(ref made);
        };
        await engine.AppendAsync(
            Orders,
            new AppendEntry(EntryFields.Of(("f", new string('v', LargeBytes)))),
            new() { Trim = StreamTrim.MaxLength(0) with { References = EntryReferences.Delete } });
        Assert.Equal(Entries, delivered);
        // 64 bytes for each that becomes pending no more, but for what may have been made ahead already for the first try.
        Assert.InRange(made, ((Entries * 64) - LargeBytes) / SegmentBytes, int.MaxValue);
        Assert.Equal(0, (await engine.GetPendingSummaryAsync(Orders, Group)).Count);
    }

    private static int Deliver(InProcessStreamEngine engine)
    {
        var read = engine.ReadGroupAsync(new() { Group = Group, Consumer = "c", Streams = [new(Orders, ReadPosition.Undelivered)] }).AsTask();
        Assert.True(read.IsCompletedSuccessfully);
        using var batch = read.Result;
        return batch.Count;
    }

    private static Task<StreamEntryId?> AppendAsync(InProcessStreamEngine engine, StreamName stream, int bytes) =>
        engine.AppendAsync(stream, new AppendEntry(EntryFields.Of(("f", new string('v', bytes))))).AsTask();

    private sealed class HookedTime : FakeTimeProvider
    {
        /// <summary>Done when somebody next asks for the time.</summary>
        public Action? Next { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            if (Next is { } next)
            {
                Next = null;
                next();
            }
            return base.GetUtcNow();
        }
    }
}
