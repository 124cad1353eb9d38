using System.Reflection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Producing;

/// <summary>An engine that carries appends out at once and answers them when, and as, the test says.</summary>
public class WatchedEngine : EngineProxy
{
    /// <summary>What stands between an append and its answer; it may throw. Default: nothing.</summary>
    public Func<Task> Answer { get; set; } = () => Task.CompletedTask;

    /// <summary>The options of each append of one.</summary>
    public List<AppendOptions?> Appends { get; } = [];

    /// <summary>The entries of each append of many.</summary>
    public List<int> BatchSizes { get; } = [];

    public static (IStreamEngine Engine, WatchedEngine Watch) Over(IStreamEngine inner) => Over<WatchedEngine>(inner);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IStreamEngine.AppendAsync))
            return Call(targetMethod, args);
        var stream = (StreamName)args![0]!;
        return args[1] is AppendEntry entry
            ? new ValueTask<StreamEntryId?>(AppendOneAsync(stream, entry, (AppendOptions?)args[2], (CancellationToken)args[3]!))
            : new ValueTask(AppendManyAsync(stream, (ReadOnlyMemory<AppendEntry>)args[1]!, (Memory<AppendResult>)args[2]!, (AppendOptions?)args[3]));
    }

    private async Task<StreamEntryId?> AppendOneAsync(StreamName stream, AppendEntry entry, AppendOptions? options, CancellationToken cancellation)
    {
        lock (Appends)
            Appends.Add(options);
        var id = await Inner.AppendAsync(stream, entry, options, cancellation);
        await Answer().WaitAsync(cancellation);
        return id;
    }

    private async Task AppendManyAsync(StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions? options)
    {
        BatchSizes.Add(entries.Length);
        await Inner.AppendAsync(stream, entries, results, options);
        await Answer();
    }
}
