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
            wait.Places.Add(queue.AddLast(wait));
        }
    }

    public void Remove(ListWait wait)
    {
        foreach (var (key, place) in wait.Keys.Zip(wait.Places))
        {
            var queue = place.List!;
            queue.Remove(place);
            if (queue.Count == 0)
                _waiting.Remove(key);
        }
        wait.Places.Clear();
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
                if (!wait.TryClaim())
                    continue;
                // As if it asked now: the first of its lists that has an item.
                var list = wait.Keys.First(list => keys.Find(list) is ListValue);
                wait.Serve(list, keys.Change<ListValue, byte[]>(list, list => list.Pop(wait.First)));
            }
        }
        _changed.Clear();
    }
}

/// <summary>A client that waits for an item of one of some lists.</summary>
/// <param name="keys">The lists; one that is named again counts once.</param>
/// <param name="first">Whether it takes the first item, or the last.</param>
internal sealed class ListWait(IEnumerable<StreamName> keys, bool first)
{
    private readonly TaskCompletionSource<(StreamName Key, byte[] Item)> _served = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClaimed;

    public IReadOnlyList<StreamName> Keys { get; } = [.. keys.Distinct()];

    /// <summary>Where it stands in the queues of its lists, in their order; nothing once it has left them.</summary>
    public List<LinkedListNode<ListWait>> Places { get; } = [];

    public bool First { get; } = first;

    /// <summary>Completes with the item and the list that it was in.</summary>
    public Task<(StreamName Key, byte[] Item)> Served => _served.Task;

    /// <summary>Whether it still waits; then it does no more, and who asks has to serve it.</summary>
    public bool TryClaim() => !Interlocked.Exchange(ref _isClaimed, true);

    public void Serve(StreamName key, byte[] item) => _served.SetResult((key, item));

    /// <summary>It is broken off, unless it is served: so no item is taken for it.</summary>
    public void Break(CancellationToken by)
    {
        if (TryClaim())
            _served.SetCanceled(by);
    }
}
