using WorkerStreams.Engine.Journal;
using WorkerStreams.Engine.Tests.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>Several threads work on a stream each, in a quarter of the memory that the streams would take, while checkpoints are written all the time.</summary>
public sealed class EvictionTests
{
    private const int Streams = 4;
    private const int Steps = 4_000;
    private const int StepsBetweenCheckpoints = 100;
    private const int ShortMemory = 1024 * 1024;

    private readonly MemoryFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_leaves_memory_meanwhile_each_call_answers_as_if_nothing_did(int seed)
    {
        TrackedStream[] streams = [.. Enumerable.Range(0, Streams).Select(number => new TrackedStream($"stream-{number}", new Random((10 * seed) + number)))];
        using (var engine = Open(_folder, out var journal))
        {
            await Task.WhenAll(streams.Select(stream => OnThreadOfItsOwn(() => Work(engine, journal, stream))));
            Assert.True(streams.Sum(static stream => stream.Bytes) > 2 * ShortMemory, $"{streams.Sum(static stream => stream.Bytes)} bytes");
            foreach (var stream in streams)
                stream.Check(engine);
            // Deletes may have brought some more to memory, and for an append there is room again.
            await engine.AppendAsync("one more", new AppendEntry(EntryFields.Of(("f", "v"))));
            Assert.InRange(engine.UsedMemory, 0, ShortMemory);
        }
        using var again = Open(_folder.Kill(), out _);
        foreach (var stream in streams)
            stream.Check(again);
    }

    private static void Work(InProcessStreamEngine engine, FileJournal journal, TrackedStream stream)
    {
        stream.Begin(engine);
        for (var step = 0; step < Steps; step++)
        {
            stream.Step(engine);
            if (step % StepsBetweenCheckpoints == 0)
                journal.WriteCheckpoint(journal.LastSequence, engine.GetCheckpoint(partBytes: 4096).GetParts());
        }
        stream.LetGo();
    }

    private static Task OnThreadOfItsOwn(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static InProcessStreamEngine Open(MemoryFolder folder, out FileJournal journal) => OpenEngine.On(
        folder,
        new() { MaxMemory = ShortMemory, NodeMaxBytes = 4096, CheckpointBytes = 64 * 1024, TimeProvider = new FastTimers() },
        OpenJournal.OptionsFor(FlushPolicy.Never, segmentBytes: 256 * 1024),
        out journal);

    // What an engine does each second, it does a hundred times in a second.
    private sealed class FastTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(
            callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime / 100, period == Timeout.InfiniteTimeSpan ? period : period / 100);
    }
}
