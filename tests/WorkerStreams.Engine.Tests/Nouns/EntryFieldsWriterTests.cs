using System.Buffers;
using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>Writing fields into one buffer.</summary>
public sealed class EntryFieldsWriterTests
{
    [Fact]
    public void Fields_are_written_one_after_the_other_and_the_buffer_grows()
    {
        var writer = new EntryFieldsWriter(capacity: 1);
        for (var i = 0; i < 100; i++)
            writer.Add([(byte)i], new byte[i]);
        Assert.Equal(100, writer.Written.Count);
        Assert.True(writer.Capacity >= writer.Written.EncodedLength);
        Assert.True(writer.Written.TryGetValue([99], out var value));
        Assert.Equal(99, value.Length);
    }

    [Fact]
    public void A_value_can_be_written_in_place()
    {
        var writer = new EntryFieldsWriter(capacity: 0);
        writer.Add("before"u8, "1"u8);
        writer.BeginValue("value"u8);
        for (var i = 0; i < 50; i++)
            writer.Write("0123456789"u8);
        writer.GetMemory(3).Span[0] = (byte)'x';
        writer.Advance(1);
        writer.EndValue();
        writer.Add("after"u8, "2"u8);

        Assert.Equal(3, writer.Written.Count);
        Assert.True(writer.Written.TryGetValue("value"u8, out var value));
        Assert.Equal((501, (byte)'x'), (value.Length, value[^1]));
        Assert.True(writer.Written.TryGetValue("after"u8, out value));
        Assert.True(value.SequenceEqual("2"u8));
    }

    [Fact]
    public void All_fields_of_another_entry_can_be_copied()
    {
        var writer = new EntryFieldsWriter(capacity: 2);
        writer.AddAll(EntryFields.Of(("a", "1"), ("b", "2")));
        writer.AddAll(default);
        writer.Add("c"u8, "3"u8);
        Assert.Equal("a 1 b 2 c 3", writer.Written.ToString());
    }

    [Fact]
    public void A_value_that_was_begun_must_be_ended()
    {
        var writer = new EntryFieldsWriter();
        Assert.Throws<InvalidOperationException>(writer.EndValue);
        writer.BeginValue("a"u8);
        Assert.Throws<InvalidOperationException>(() => writer.Written.Count);
        writer.Reset();
        Assert.Equal(0, writer.Written.Count);
        Assert.Throws<InvalidOperationException>(writer.EndValue);
    }

    [Fact]
    public void A_reset_keeps_the_buffer_unless_it_grew_too_large()
    {
        var writer = new EntryFieldsWriter();
        writer.Add("a"u8, new byte[5_000]);
        var grown = writer.Capacity;
        writer.Reset(maxRetainedBytes: grown);
        Assert.Equal((0, grown), (writer.Written.Count, writer.Capacity));
        writer.Reset(maxRetainedBytes: 100);
        Assert.Equal(100, writer.Capacity);
        writer.Add("b"u8, "1"u8);
        Assert.Equal("b 1", writer.Written.ToString());
    }

    [Fact]
    public void No_more_can_be_advanced_than_there_is_room()
    {
        var writer = new EntryFieldsWriter(capacity: 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(11));
        Assert.True(writer.GetSpan().Length >= 1);
        Assert.True(writer.GetSpan(500).Length >= 500);
    }
}
