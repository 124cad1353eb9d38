using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Tests.Fleets;

/// <summary>An engine in this process that several hosts share: it does not end with the first of them.</summary>
public class SharedEngine : DispatchProxy
{
    private IStreamEngine _inner = null!;

    internal static IStreamEngine Over(IStreamEngine inner)
    {
        var engine = Create<IStreamEngine, SharedEngine>();
        ((SharedEngine)(object)engine)._inner = inner;
        return engine;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
