using WorkerStreams.Engine.InProcess;

namespace WorkerStreams.Engine;

/// <summary>WATCH: tells whether a stream's entries, or that there is such a stream, has changed since it was asked for, be it that all is as before by now. What changes groups, or what is remembered of appends, alone is no change.</summary>
public sealed class KeyWatch : IDisposable
{
    private readonly Shard _shard;
    private readonly KeyStamp? _stamp;
    private volatile bool _isTouched;

    internal KeyWatch(Shard shard, StreamName key, KeyStamp? stamp) => (_shard, Key, _stamp) = (shard, key, stamp);

    /// <summary>The stream's name.</summary>
    public StreamName Key { get; }

    /// <summary>Whether there was a change.</summary>
    public bool HasChanged => _isTouched || _shard.GetStamp(Key) != _stamp;

    /// <summary>Nothing is watched any more. A second call does nothing.</summary>
    public void Dispose() => _shard.Unwatch(this);

    internal void Touch() => _isTouched = true;
}
