using System.Reflection;

namespace WorkerStreams.Engine.Contract.Durable;

/// <summary>
/// Stands before an engine that keeps its streams in a journal in memory, and may end at any time: then another goes on with what the journal holds. Checkpoints are
/// written part by part, with calls in the midst of them.
/// </summary>
public class CrashingEngine : DispatchProxy, IDisposable
{
    // On average.
    private const int CallsPerCheckpoint = 20;

    private readonly MemoryJournal _journal = new();
    private readonly Lock _lock = new();
    private readonly List<Func<bool>> _ended = [];
    private Random _chance = null!;
    private InProcessEngineOptions _options = null!;
    private InProcessStreamEngine _engine = null!;
    private int _callsPerCrash;
    private IEnumerator<ReadOnlyMemory<byte>>? _checkpoint;
    private List<byte[]> _written = [];
    private long _since;

    /// <summary>Whether a checkpoint is begun and not complete.</summary>
    public bool IsWritingCheckpoint => _checkpoint is not null;

    /// <summary>An engine with no streams.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="chance">Decides when checkpoints are written and, where it does so of itself, the engine crashes.</param>
    /// <param name="callsPerCrash">After how many calls it crashes of itself, on average; it does so where no read waits and no checkpoint is being written. 0: it does not.</param>
    public static (IStreamEngine Engine, CrashingEngine Crashing) Create(InProcessEngineOptions options, Random chance, int callsPerCrash = 0)
    {
        var engine = Create<IStreamEngine, CrashingEngine>();
        var crashing = (CrashingEngine)(object)engine;
        (crashing._options, crashing._chance, crashing._callsPerCrash) = (options, chance, callsPerCrash);
        crashing._engine = crashing.Open();
        return (engine, crashing);
    }

    /// <summary>The engine ends where it stands, in the midst of a checkpoint maybe, and reads that wait fail; another has what the journal holds.</summary>
    public void Crash()
    {
        lock (_lock)
        {
            _checkpoint?.Dispose();
            (_checkpoint, _written) = (null, []);
            _engine.Dispose();
            _engine = Open();
        }
    }

    /// <summary>Frees the streams.</summary>
    public void Dispose()
    {
        _checkpoint?.Dispose();
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        lock (_lock)
        {
            _ended.RemoveAll(static hasEnded => hasEnded());
            if (_callsPerCrash > 0 && _ended.Count == 0 && _checkpoint is null && _chance.Next(_callsPerCrash) == 0)
                Crash();
            if (_checkpoint is null && _chance.Next(CallsPerCheckpoint) == 0)
                (_checkpoint, _since) = (_engine.GetCheckpoint(partBytes: 1).GetParts().GetEnumerator(), _journal.LastSequence);
            for (var parts = _chance.Next(3); parts > 0 && _checkpoint is not null; parts--)
                WritePart();
            return Call(targetMethod!, args);
        }
    }

    private InProcessStreamEngine Open() => new(_options, replay => _journal.Open(replay));

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
        // Not by a task of its own, which would be completed by another thread.
        if (answer is ValueTask<EntryBatch> { IsCompleted: false } read)
            _ended.Add(() => read.IsCompleted);
        return answer;
    }
}
