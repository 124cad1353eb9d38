using System.Text;
using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>Slots, by the Redis Cluster specification.</summary>
public sealed class HashSlotTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("123456789", 12739)]
    [InlineData("foo", 12182)]
    [InlineData("bar", 5061)]
    [InlineData("hello", 866)]
    public void A_key_has_the_slot_that_redis_gives_it(string key, int slot) => Assert.Equal(slot, Slot(key));

    [Theory]
    [InlineData("{user1000}.following", "user1000")]
    [InlineData("{user1000}.followers", "user1000")]
    [InlineData("foo{bar}{zap}", "bar")]
    [InlineData("foo{{bar}}zap", "{bar")]
    [InlineData("{a}", "a")]
    public void Only_the_first_tag_counts(string key, string tag) => Assert.Equal(Slot(tag), Slot(key));

    [Theory]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("foo{bar", 15278)]
    [InlineData("foo}bar{", 11073)]
    [InlineData("{}", 15257)]
    public void Without_a_tag_or_with_an_empty_one_the_whole_key_counts(string key, int slot) => Assert.Equal(slot, Slot(key));

    [Fact]
    public void Slots_are_within_16384()
    {
        Assert.Equal(16_384, HashSlot.Count);
        for (var i = 0; i < 10_000; i++)
            Assert.InRange(Slot($"key:{i}"), 0, HashSlot.Count - 1);
    }

    private static int Slot(string key) => HashSlot.Of(Encoding.UTF8.GetBytes(key));
}
