using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>The in-process engine on a clock that the tests move, with nodes of some size.</summary>
public class SizedFixture(int nodeMaxEntries) : EngineFixture
{
    private const int MaxEntryBytes = 4 * 1024 * 1024;

    private readonly FakeTimeProvider _time = new();

    public override EngineTraits Traits => EngineTraits.Newest with { NodeMaxEntries = nodeMaxEntries, MaxEntryBytes = MaxEntryBytes };

    public override DateTimeOffset? Now => _time.GetUtcNow();

    public override ValueTask ElapseAsync(TimeSpan time)
    {
        _time.Advance(time);
        return ValueTask.CompletedTask;
    }

    protected sealed override ValueTask<IStreamEngine> CreateEngineAsync() => new(CreateEngine(new()
    {
        TimeProvider = _time,
        MaxEntryBytes = MaxEntryBytes,
        NodeMaxEntries = nodeMaxEntries,
        NodeMaxBytes = Math.Clamp(100 * nodeMaxEntries, 256, 16_384),
    }));

    /// <summary>The engine with these settings, and others. Default: in memory.</summary>
    protected virtual IStreamEngine CreateEngine(InProcessEngineOptions options) => new InProcessStreamEngine(options);
}

/// <summary>Nodes of the default size.</summary>
public sealed class InProcessFixture() : SizedFixture(nodeMaxEntries: 100);

/// <summary>Nodes so small that every command meets their edges.</summary>
public sealed class TinyNodesFixture() : SizedFixture(nodeMaxEntries: 3);

/// <summary>A node for each entry.</summary>
public sealed class SingleEntryNodesFixture() : SizedFixture(nodeMaxEntries: 1);
