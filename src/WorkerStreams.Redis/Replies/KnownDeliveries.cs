using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Replies;

/// <summary>
/// How often entries were delivered before a command, and how long ago, as a script tells it: id, idle time and count one after the other; or as a command in its place tells it, and then of
/// each entry of its reply in order.
/// </summary>
internal sealed class KnownDeliveries
{
    private readonly Dictionary<StreamEntryId, (long Count, TimeSpan Idle)> _deliveries;
    private readonly RedisResult _reply;
    private int _next;

    public KnownDeliveries(RedisResult reply)
    {
        (_reply, _deliveries) = (reply, new(reply.Length / 3));
        for (var i = 0; i + 2 < reply.Length; i += 3)
            _deliveries[EntryReply.IdOf(reply[i])] = At(i);
    }

    /// <summary>What is told of the next one, whether or not it was told of before.</summary>
    public (long Count, TimeSpan Idle) Next()
    {
        var next = At(_next);
        _next += 3;
        return next;
    }

    /// <summary>The count after so many more deliveries, 0 or 1.</summary>
    public static long CountAfter(long count, int more) => count < long.MaxValue ? count + more : count;

    public void Set(StreamEntryId id, long count, TimeSpan idle) => _deliveries[id] = (count, idle);

    public bool TryGet(StreamEntryId id, out (long Count, TimeSpan Idle) delivery) => _deliveries.TryGetValue(id, out delivery);

    private (long Count, TimeSpan Idle) At(int place) => (Read((long)_reply[place + 2]), TimeSpan.FromMilliseconds((long)_reply[place + 1]));

    // A script tells the greatest of all, which XNACK FATAL sets, as the next one, which is none.
    private static long Read(long count) => count < 0 ? long.MaxValue : count;
}
