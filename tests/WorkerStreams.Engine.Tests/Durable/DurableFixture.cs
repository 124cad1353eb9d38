using WorkerStreams.Engine.Tests.InProcess;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>The engine that keeps its streams in a folder, where each call returns once it is on the disk.</summary>
public sealed class DurableFixture() : SizedFixture(nodeMaxEntries: 100)
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected override IStreamEngine CreateEngine(InProcessEngineOptions options) => new InProcessStreamEngine(
        options with { DataDirectory = _folder.FullName, FlushPolicy = FlushPolicy.Always, SegmentBytes = 1024 * 1024, CheckpointBytes = 256 * 1024 });
}
