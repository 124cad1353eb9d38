using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests;

/// <summary>Stands between those who call an engine and the engine.</summary>
public abstract class EngineProxy : DispatchProxy
{
    /// <summary>The engine.</summary>
    protected IStreamEngine Inner { get; private set; } = null!;

    /// <summary>Puts one before an engine.</summary>
    protected static (IStreamEngine Engine, TProxy Proxy) Over<TProxy>(IStreamEngine inner)
        where TProxy : EngineProxy
    {
        var engine = Create<IStreamEngine, TProxy>();
        var proxy = (TProxy)(object)engine;
        proxy.Inner = inner;
        return (engine, proxy);
    }

    /// <summary>The call goes on to the engine.</summary>
    protected object? Call(MethodInfo method, object?[]? args) => method.Invoke(Inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
