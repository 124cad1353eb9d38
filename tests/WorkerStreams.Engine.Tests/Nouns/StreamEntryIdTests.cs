using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>How ids are ordered and counted up and down.</summary>
public sealed class StreamEntryIdTests
{
    [Fact]
    public void Ids_are_ordered_by_milliseconds_and_then_by_sequence()
    {
        StreamEntryId[] ascending = [new(0, 0), new(0, 1), new(0, ulong.MaxValue), new(1, 0), new(9, 5), new(10, 0), new(ulong.MaxValue, ulong.MaxValue)];
        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
            {
                var (left, right) = (ascending[i], ascending[j]);
                Assert.Equal(i < j, left < right);
                Assert.Equal(i > j, left > right);
                Assert.Equal(i <= j, left <= right);
                Assert.Equal(i >= j, left >= right);
                Assert.Equal(i == j, left == right);
                Assert.Equal(i.CompareTo(j), Math.Sign(left.CompareTo(right)));
            }
        }
    }

    [Theory]
    [InlineData("0-0", "0-1")]
    [InlineData("5-18446744073709551615", "6-0")]
    [InlineData("18446744073709551615-18446744073709551614", "18446744073709551615-18446744073709551615")]
    public void The_next_id_carries_into_the_milliseconds_and_back(string id, string next)
    {
        Assert.True(StreamEntryId.Parse(id).TryIncrement(out var incremented));
        Assert.Equal(StreamEntryId.Parse(next), incremented);
        Assert.True(incremented.TryDecrement(out var decremented));
        Assert.Equal(StreamEntryId.Parse(id), decremented);
    }

    [Fact]
    public void There_is_none_after_the_greatest_nor_before_the_smallest()
    {
        Assert.False(StreamEntryId.MaxValue.TryIncrement(out _));
        Assert.False(StreamEntryId.MinValue.TryDecrement(out _));
        Assert.Equal(("0-0", "18446744073709551615-18446744073709551615"), ($"{StreamEntryId.MinValue}", $"{StreamEntryId.MaxValue}"));
    }
}
