using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Health;

/// <summary>An engine of which one method never answers, whatever is cancelled.</summary>
public class HangingEngine : EngineProxy
{
    /// <summary>The method that never answers from now on.</summary>
    public string? Hanging { get; set; }

    /// <summary>Makes one around another engine.</summary>
    public static IStreamEngine Around(IStreamEngine inner, string? hanging)
    {
        var (engine, proxy) = Over<HangingEngine>(inner);
        proxy.Hanging = hanging;
        return engine;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name != Hanging
        ? Call(targetMethod, args)
        : Hanging switch
        {
            nameof(IStreamEngine.ReadGroupAsync) => new ValueTask<EntryBatch>(new TaskCompletionSource<EntryBatch>().Task),
            nameof(IStreamEngine.GetGroupsAsync) => new ValueTask<IReadOnlyList<GroupInfo>>(new TaskCompletionSource<IReadOnlyList<GroupInfo>>().Task),
            _ => throw new InvalidOperationException(Hanging),
        };
}
