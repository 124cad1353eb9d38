using WorkerStreams.Engine;

namespace WorkerStreams.Server.Keys;

/// <summary>Clients that wait for an item of one of some lists, in the order in which they came.</summary>
internal sealed class ListWaits
{
    private readonly Dictionary<StreamName, LinkedList<ListWait>> _waiting = [];
    private readonly HashSet<StreamName> _changed = [];

    public void Add(ListWait wait)
    {
        foreach (var key in wait.Keys)
        {
            if (!_waiting.TryGetValue(key, out var queue))
                _waiting.Add(key, queue = []);
            queue.AddLast(wait);
        }
    }

    public void Remove(ListWait wait)
    {
        foreach (var key in wait.Keys)
        {
            if (_waiting.TryGetValue(key, out var queue) && queue.Remove(wait) && queue.Count == 0)
                _waiting.Remove(key);
        }
    }

    /// <summary>A key has a value, or another one.</summary>
    public void Changed(StreamName key)
    {
        if (_waiting.ContainsKey(key))
            _changed.Add(key);
    }

    /// <summary>Who waits for what has changed is served.</summary>
    public void Serve(KeySpace keys)
    {
        var changed = _changed.ToArray();
        _changed.Clear();
        foreach (var key in changed)
        {
            while (_waiting.TryGetValue(key, out var queue) && keys.Find(key) is ListValue)
            {
                var wait = queue.First!.Value;
                Remove(wait);
                // As if it asked now: the first of its lists that has an item.
                var list = wait.Keys.First(list => keys.Find(list) is ListValue);
                wait.Serve(list, keys.Change<ListValue, byte[]>(list, list => list.Pop(wait.First)));
            }
        }
        _changed.Clear();
    }
}

/// <summary>A client that waits for an item of one of some lists.</summary>
/// <param name="keys">The lists.</param>
/// <param name="first">Whether it takes the first item, or the last.</param>
internal sealed class ListWait(IReadOnlyList<StreamName> keys, bool first)
{
    private readonly TaskCompletionSource<(StreamName Key, byte[] Item)> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<StreamName> Keys { get; } = keys;

    public bool First { get; } = first;

    /// <summary>Completes with the item and the list that it was in.</summary>
    public Task<(StreamName Key, byte[] Item)> Served => _served.Task;

    public void Serve(StreamName key, byte[] item) => _served.SetResult((key, item));
}
