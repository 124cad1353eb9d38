using System.Reflection;
using WorkerStreams.Engine.Tests.InProcess;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>
/// An engine that is opened anew from its journal before every call, where no read waits, and writes checkpoints now and then, with calls in the midst of them: so nothing
/// that any call has changed lives in memory alone.
/// </summary>
public sealed class ReopenedFixture() : SizedFixture(nodeMaxEntries: 3)
{
    protected override IStreamEngine CreateEngine(InProcessEngineOptions options) => ReopenedEngine.Over(options);
}

/// <summary>Stands before the engine that is there at the time.</summary>
public class ReopenedEngine : DispatchProxy
{
    private readonly MemoryJournal _journal = new();
    private readonly Random _random = new(1);
    private readonly Lock _lock = new();
    private readonly List<Task> _waiting = [];
    private InProcessEngineOptions _options = new();
    private InProcessStreamEngine? _engine;
    private IEnumerator<ReadOnlyMemory<byte>>? _checkpoint;
    private List<byte[]> _written = [];
    private long _since;

    internal static IStreamEngine Over(InProcessEngineOptions options)
    {
        var engine = Create<IStreamEngine, ReopenedEngine>();
        ((ReopenedEngine)(object)engine)._options = options;
        return engine;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        lock (_lock)
        {
            _waiting.RemoveAll(static read => read.IsCompleted);
            if (_waiting.Count == 0 && _checkpoint is null)
                _engine = new(_options, replay => _journal.Open(replay));
            if (_checkpoint is null && _random.Next(20) == 0)
                (_checkpoint, _since) = (_engine!.GetCheckpoint(partBytes: 1).GetParts().GetEnumerator(), _journal.LastSequence);
            for (var parts = _random.Next(3); parts > 0 && _checkpoint is not null; parts--)
                WritePart();
            return Call(targetMethod!, args);
        }
    }

    private void WritePart()
    {
        if (_checkpoint!.MoveNext())
        {
            _written.Add(_checkpoint.Current.ToArray());
            return;
        }
        _journal.Keep(_since, _written);
        (_checkpoint, _written) = (null, []);
    }

    private object? Call(MethodInfo method, object?[]? args)
    {
        var answer = method.Invoke(_engine, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
        if (answer is not ValueTask<EntryBatch> { IsCompleted: false } read)
            return answer;
        var task = read.AsTask();
        _waiting.Add(task);
        return new ValueTask<EntryBatch>(task);
    }
}
