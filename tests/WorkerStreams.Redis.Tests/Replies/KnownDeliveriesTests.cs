using StackExchange.Redis;
using WorkerStreams.Redis.Replies;

namespace WorkerStreams.Redis.Tests.Replies;

public sealed class KnownDeliveriesTests
{
    [Theory]
    [InlineData(7, 7, 8)]
    [InlineData(0, 0, 1)]
    // As a script of Redis 8.8 tells the count that XNACK FATAL sets.
    [InlineData(long.MinValue, long.MaxValue, long.MaxValue)]
    public void A_count_is_never_below_zero(long told, long count, long next)
    {
        var known = new KnownDeliveries(RedisResult.Create([RedisResult.Create("1-0", ResultType.BulkString), RedisResult.Create(5L), RedisResult.Create(told)]));
        Assert.True(known.TryGet(new(1, 0), out var delivery));
        Assert.Equal((count, TimeSpan.FromMilliseconds(5)), delivery);
        Assert.Equal(next, KnownDeliveries.CountAfter(delivery.Count, 1));
        Assert.Equal(count, KnownDeliveries.CountAfter(delivery.Count, 0));
    }
}
