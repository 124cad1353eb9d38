using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>Fields in their encoded form.</summary>
public sealed class EntryFieldsTests
{
    [Fact]
    public void Fields_are_enumerated_in_order_with_duplicates()
    {
        var fields = EntryFields.Of(("a", "1"), ("b", ""), ("a", "2"), ("", "3"));
        List<string> seen = [];
        foreach (var field in fields)
            seen.Add($"{System.Text.Encoding.UTF8.GetString(field.Name)}={System.Text.Encoding.UTF8.GetString(field.Value)}");
        Assert.Equal(["a=1", "b=", "a=2", "=3"], seen);
        Assert.Equal((4, "a 1 b  a 2  3"), (fields.Count, fields.ToString()));
    }

    [Fact]
    public void The_encoded_form_is_lengths_and_bytes()
    {
        var fields = EntryFields.Of(("ab", "c"));
        Assert.Equal([2, 0, 0, 0, (byte)'a', (byte)'b', 1, 0, 0, 0, (byte)'c'], fields.Encoded.ToArray());
        Assert.Equal(11, fields.EncodedLength);
    }

    [Fact]
    public void The_first_field_of_a_name_is_found()
    {
        var fields = EntryFields.Of(("a", "1"), ("b", "2"), ("a", "3"));
        Assert.True(fields.TryGetValue("a"u8, out var value));
        Assert.True(value.SequenceEqual("1"u8));
        Assert.False(fields.TryGetValue("c"u8, out value));
        Assert.True(value.IsEmpty);
    }

    [Fact]
    public void What_is_encoded_can_be_taken_again()
    {
        var encoded = EntryFields.Of(("a", "1"), ("b", "")).Encoded.ToArray();
        Assert.Equal("a 1 b ", EntryFields.FromEncoded(encoded).ToString());
        Assert.Equal(0, EntryFields.FromEncoded([]).Count);
    }

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 97 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 97, 5, 0, 0, 0, 98 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 97, 1, 0, 0, 0, 98, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 97, 255, 255, 255, 255, 98 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 97, 255, 255, 255, 127, 98 })]
    public void What_is_malformed_is_refused(byte[] encoded) => Assert.Throws<ArgumentException>(() => EntryFields.FromEncoded(encoded));

    [Fact]
    public void Missing_fields_are_told_from_none()
    {
        Assert.True(default(EntryFields).IsMissing);
        Assert.True(default(EntryFields).ToOwned().IsMissing);
        Assert.False(EntryFields.FromEncoded([]).IsMissing);
        Assert.Equal((0, 0, ""), (default(EntryFields).Count, default(EntryFields).EncodedLength, default(EntryFields).ToString()));
    }

    [Fact]
    public void An_owned_copy_does_not_change_with_its_origin()
    {
        var writer = new EntryFieldsWriter();
        writer.Add("a"u8, "1"u8);
        var (written, owned) = (writer.Written, writer.Written.ToOwned());
        writer.Reset();
        writer.Add("b"u8, "2"u8);
        Assert.Equal(("b 2", "a 1"), (written.ToString(), owned.ToString()));
    }
}
