using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Replies;

/// <summary>How often entries were delivered before a command, and how long ago, as a script tells it: id, idle time and count one after the other.</summary>
internal sealed class KnownDeliveries
{
    private readonly Dictionary<StreamEntryId, (long Count, TimeSpan Idle)> _deliveries;

    public KnownDeliveries(RedisResult reply)
    {
        _deliveries = new(reply.Length / 3);
        for (var i = 0; i + 2 < reply.Length; i += 3)
            _deliveries[EntryReply.IdOf(reply[i])] = (Read((long)reply[i + 2]), TimeSpan.FromMilliseconds((long)reply[i + 1]));
    }

    /// <summary>The count after so many more deliveries, 0 or 1.</summary>
    public static long CountAfter(long count, int more) => count < long.MaxValue ? count + more : count;

    public void Set(StreamEntryId id, long count, TimeSpan idle) => _deliveries[id] = (count, idle);

    public bool TryGet(StreamEntryId id, out (long Count, TimeSpan Idle) delivery) => _deliveries.TryGetValue(id, out delivery);

    // A script tells the greatest of all, which XNACK FATAL sets, as the next one, which is none.
    private static long Read(long count) => count < 0 ? long.MaxValue : count;
}
