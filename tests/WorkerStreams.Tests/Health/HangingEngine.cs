using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Health;

/// <summary>An engine of which one method never answers, whatever is cancelled.</summary>
public class HangingEngine : DispatchProxy
{
    private IStreamEngine _inner = null!;

    /// <summary>The method that never answers from now on.</summary>
    public string? Hanging { get; set; }

    /// <summary>Makes one around another engine.</summary>
    public static IStreamEngine Around(IStreamEngine inner, string? hanging)
    {
        var engine = Create<IStreamEngine, HangingEngine>();
        ((HangingEngine)(object)engine)._inner = inner;
        ((HangingEngine)(object)engine).Hanging = hanging;
        return engine;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name != Hanging
        ? targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null)
        : Hanging switch
        {
            nameof(IStreamEngine.ReadGroupAsync) => new ValueTask<EntryBatch>(new TaskCompletionSource<EntryBatch>().Task),
            nameof(IStreamEngine.GetGroupsAsync) => new ValueTask<IReadOnlyList<GroupInfo>>(new TaskCompletionSource<IReadOnlyList<GroupInfo>>().Task),
            _ => throw new InvalidOperationException(Hanging),
        };
}
