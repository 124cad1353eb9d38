using WorkerStreams.Engine;

namespace WorkerStreams.Server.Keys;

/// <summary>The keys that clients watch until their next transaction. For many callers at once.</summary>
internal sealed class Watches
{
    private readonly Lock _lock = new();
    private readonly Dictionary<StreamName, List<Watch>> _watches = [];
    private volatile int _count;

    /// <param name="stream">Watches the stream of that name.</param>
    public Watch Add(KeyWatch stream)
    {
        var watch = new Watch(this, stream);
        lock (_lock)
        {
            if (!_watches.TryGetValue(stream.Key, out var watches))
                _watches.Add(stream.Key, watches = []);
            watches.Add(watch);
            _count++;
        }
        return watch;
    }

    public void Remove(Watch watch)
    {
        lock (_lock)
        {
            if (!_watches.TryGetValue(watch.Key, out var watches) || !watches.Remove(watch))
                return;
            _count--;
            if (watches.Count == 0)
                _watches.Remove(watch.Key);
        }
    }

    /// <summary>What is under a name has changed, the entries of a stream aside.</summary>
    public void Touch(StreamName key)
    {
        if (_count == 0)
            return;
        lock (_lock)
        {
            if (_watches.TryGetValue(key, out var watches))
                watches.ForEach(static watch => watch.IsTouched = true);
        }
    }
}

/// <summary>A key that a client watches.</summary>
internal sealed class Watch(Watches all, KeyWatch stream) : IDisposable
{
    public StreamName Key => stream.Key;

    public bool IsTouched { get; set; }

    public bool HasChanged => IsTouched || stream.HasChanged;

    public void Dispose()
    {
        all.Remove(this);
        stream.Dispose();
    }
}
