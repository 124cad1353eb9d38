using StackExchange.Redis;

namespace WorkerStreams.Redis.Replies;

/// <summary>Figures by name, as XINFO replies: one name and one figure after the other, under RESP3 as a map, which the client shows the same.</summary>
internal readonly struct InfoReply(RedisResult reply)
{
    /// <summary>The figure, or null where the server is too old to have it, or does not know it.</summary>
    public RedisResult? this[string name]
    {
        get
        {
            for (var i = 0; i + 1 < reply.Length; i += 2)
            {
                if ((string?)reply[i] == name)
                    return reply[i + 1].IsNull ? null : reply[i + 1];
            }
            return null;
        }
    }

    public long Number(string name) => this[name] is { } figure ? (long)figure : 0;

    public long? NumberOrNull(string name) => this[name] is { } figure ? (long)figure : null;
}
