using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>The engine that keeps its streams in a folder, where each call returns once it is on the disk.</summary>
public sealed class DurableFixture : EngineFixture
{
    private const int NodeMaxEntries = 100;

    private readonly FakeTimeProvider _time = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");

    public override EngineTraits Traits => EngineTraits.Redis80 with { NodeMaxEntries = NodeMaxEntries, MaxEntryBytes = 4 * 1024 * 1024 };

    public override DateTimeOffset? Now => _time.GetUtcNow();

    public override ValueTask ElapseAsync(TimeSpan time)
    {
        _time.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override ValueTask<IStreamEngine> CreateEngineAsync() => new(new InProcessStreamEngine(new()
    {
        DataDirectory = _folder.FullName,
        FlushPolicy = FlushPolicy.Always,
        SegmentBytes = 1024 * 1024,
        CheckpointBytes = 256 * 1024,
        TimeProvider = _time,
        MaxEntryBytes = Traits.MaxEntryBytes!.Value,
        NodeMaxEntries = NodeMaxEntries,
    }));
}
