using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>Names and their companions.</summary>
public sealed class StreamNameTests
{
    [Fact]
    public void Names_are_equal_by_their_bytes()
    {
        StreamName text = "orders";
        var bytes = new StreamName("orders"u8);
        Assert.Equal(text, bytes);
        Assert.Equal(text, StreamName.FromString("orders"));
        Assert.True(text == bytes);
        Assert.False(text != bytes);
        Assert.True(text.Equals((object)bytes));
        Assert.Equal(text.GetHashCode(), bytes.GetHashCode());
        Assert.NotEqual(text, "Orders");
        Assert.NotEqual(text, "orders\0");
        Assert.False(text.Equals((object)"orders"));
    }

    [Fact]
    public void Names_are_ordered_by_their_bytes()
    {
        StreamName[] ascending = ["", "A", "Z", "a", "a\0", "aa", "b", new StreamName([0xFF])];
        for (var i = 0; i + 1 < ascending.Length; i++)
        {
            Assert.True(ascending[i] < ascending[i + 1] && ascending[i] <= ascending[i + 1]);
            Assert.True(ascending[i + 1] > ascending[i] && ascending[i + 1] >= ascending[i]);
            Assert.True(ascending[i].CompareTo(ascending[i + 1]) < 0);
        }
    }

    [Fact]
    public void The_bytes_are_copied()
    {
        byte[] bytes = [1, 2, 3];
        var name = new StreamName(bytes);
        bytes[0] = 9;
        Assert.Equal([1, 2, 3], name.Bytes.ToArray());
    }

    [Fact]
    public void The_default_and_the_empty_name_are_empty()
    {
        Assert.True(default(StreamName).IsEmpty);
        Assert.True(new StreamName("").IsEmpty);
        Assert.False(new StreamName(" ").IsEmpty);
    }

    [Fact]
    public void A_name_of_any_bytes_can_be_shown() => Assert.Equal("a\uFFFDä", new StreamName([0x61, 0xFF, 0xC3, 0xA4]).ToString());

    [Theory]
    [InlineData("orders", "{orders}:dead")]
    [InlineData("{t1}:orders", "{t1}:orders:dead")]
    [InlineData("a{t1}b", "a{t1}b:dead")]
    [InlineData("or{ders", "{or{ders}:dead")]
    public void A_companion_shares_the_slot(string name, string companion)
    {
        Assert.Equal(companion, new StreamName(name).Companion("dead"));
        Assert.Equal(HashSlot.Of(new StreamName(name).Bytes), HashSlot.Of(new StreamName(companion).Bytes));
    }

    [Theory]
    [InlineData("orders}")]
    [InlineData("{}orders")]
    [InlineData("}a{")]
    public void A_name_with_a_stray_brace_has_no_companion(string name) =>
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => new StreamName(name).Companion("dead")).Message, StringComparison.Ordinal);
}
