using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Consuming;

/// <summary>An engine that takes its time over settling and appending, and over answering reads and claims that it has carried out.</summary>
public class SlowEngine : EngineProxy
{
    /// <summary>Comes before each settlement, whatever is cancelled.</summary>
    public Func<Task> BeforeSettling { get; set; } = () => Task.CompletedTask;

    /// <summary>Comes between the entries of each read and claim and their arrival, whatever is cancelled.</summary>
    public Func<Task> BeforeArrival { get; set; } = () => Task.CompletedTask;

    /// <summary>Comes before each append of one entry, as the word of what was handed back is.</summary>
    public Func<Task> BeforeAppending { get; set; } = () => Task.CompletedTask;

    internal static (IStreamEngine Engine, SlowEngine Slow) Over(IStreamEngine inner) => Over<SlowEngine>(inner);

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        object? Call() => this.Call(targetMethod!, args);
        return targetMethod!.Name switch
        {
            nameof(IStreamEngine.SettleAsync) => new ValueTask(SettleAsync(() => (ValueTask)Call()!)),
            nameof(IStreamEngine.AppendAsync) => new ValueTask<StreamEntryId?>(AppendAsync(() => (ValueTask<StreamEntryId?>)Call()!)),
            nameof(IStreamEngine.ReadGroupAsync) or nameof(IStreamEngine.ClaimAsync) => new ValueTask<EntryBatch>(BringAsync(() => (ValueTask<EntryBatch>)Call()!)),
            _ => Call(),
        };
    }

    private async Task SettleAsync(Func<ValueTask> settle)
    {
        await BeforeSettling();
        await settle();
    }

    private async Task<StreamEntryId?> AppendAsync(Func<ValueTask<StreamEntryId?>> append)
    {
        await BeforeAppending();
        return await append();
    }

    private async Task<EntryBatch> BringAsync(Func<ValueTask<EntryBatch>> bring)
    {
        var entries = await bring();
        await BeforeArrival();
        return entries;
    }
}
