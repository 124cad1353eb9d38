using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>
/// One kind of engine as the contracts see it. A test project derives one fixture for each kind of engine it holds to the contract,
/// and for each contract one class of one line that hands the fixture on.
/// </summary>
public abstract class EngineFixture : IAsyncLifetime
{
    /// <summary>The engine, shared by the tests of one contract; each test takes streams of its own.</summary>
    public IStreamEngine Engine { get; private set; } = null!;

    /// <summary>In what this engine differs from the one that the contracts are written for. Default: in nothing.</summary>
    public virtual EngineTraits Traits => EngineTraits.Newest;

    /// <summary>The engine's clock where the tests move it, or null where real time passes.</summary>
    public virtual DateTimeOffset? Now => null;

    /// <summary>The time that tests reckon in: long enough to be told from none, short enough to wait for where time is real.</summary>
    public virtual TimeSpan Moment => Now is null ? TimeSpan.FromMilliseconds(150) : TimeSpan.FromSeconds(10);

    /// <summary>How much later than asked for a thing may be seen to happen.</summary>
    public TimeSpan Slack => Now is null ? TimeSpan.FromSeconds(10) : TimeSpan.Zero;

    /// <summary>Lets time pass by the engine's clock.</summary>
    public abstract ValueTask ElapseAsync(TimeSpan time);

    /// <summary>Completes when calls made before have reached the engine, and answers that were due have come back. Default: at once.</summary>
    public virtual ValueTask QuietAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Engine = await CreateEngineAsync();

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        (Engine as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes the engine, or connects to it.</summary>
    protected abstract ValueTask<IStreamEngine> CreateEngineAsync();
}
