using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Producing;

/// <summary>An engine before each of whose calls something happens; what it throws the caller sees.</summary>
public class InterceptedEngine : EngineProxy
{
    /// <summary>Called with the method's name. Default: nothing.</summary>
    public Action<string> BeforeCall { get; set; } = _ => { };

    /// <summary>The streams that were looked at, once for each look.</summary>
    public List<string> Looks { get; } = [];

    public static (IStreamEngine Engine, InterceptedEngine Interception) Over(IStreamEngine inner) => Over<InterceptedEngine>(inner);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IStreamEngine.GetStreamInfoAsync))
            Looks.Add(args![0]!.ToString()!);
        BeforeCall(targetMethod.Name);
        return Call(targetMethod, args);
    }
}
