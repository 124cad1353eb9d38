using System.Text;
using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>Names, fields and values are bytes and come back as they went in.</summary>
public abstract class FieldsContract(EngineFixture fixture) : EngineContract(fixture)
{
    private static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(static value => (byte)value)];

    [Fact]
    public async Task Fields_keep_their_order_and_their_duplicates() =>
        Assert.Equal("b 1 a 2 b 3 b 1", (await RoundTripAsync(EntryFields.Of(("b", "1"), ("a", "2"), ("b", "3"), ("b", "1")))).ToString());

    [Fact]
    public async Task Names_and_values_may_be_empty()
    {
        var fields = await RoundTripAsync(EntryFields.Of(("", ""), ("a", ""), ("", "b")));
        Assert.Equal(3, fields.Count);
        AssertSame(EntryFields.Of(("", ""), ("a", ""), ("", "b")), fields);
    }

    [Fact]
    public async Task Names_and_values_may_hold_any_byte()
    {
        var writer = new EntryFieldsWriter();
        writer.Add(EveryByte, "\0\r\n$5\r\n"u8);
        writer.Add("\xff"u8, EveryByte);
        AssertSame(writer.Written, await RoundTripAsync(writer.Written));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public async Task A_value_may_be_large(int bytes)
    {
        var value = new byte[bytes];
        new Random(bytes).NextBytes(value);
        var writer = new EntryFieldsWriter();
        writer.Add("large"u8, value);
        await AppendAsync("1-0");
        AssertSame(writer.Written, await RoundTripAsync(writer.Written));
    }

    [Fact]
    public async Task An_entry_may_have_many_fields()
    {
        var writer = new EntryFieldsWriter();
        for (var i = 0; i < 2_000; i++)
            writer.Add(Encoding.UTF8.GetBytes($"name {i}"), Encoding.UTF8.GetBytes($"value {i}"));
        AssertSame(writer.Written, await RoundTripAsync(writer.Written));
    }

    [Fact]
    public async Task Streams_groups_and_consumers_may_be_named_by_any_bytes()
    {
        var stream = new StreamName([.. Stream.Bytes, .. EveryByte]);
        StreamName group = new(EveryByte), consumer = new("a\0b\r\n"u8);
        await Engine.CreateGroupAsync(stream, group, GroupPosition.Beginning, createStream: true);
        await AppendAsync("1-0", stream);

        using var batch = await Engine.ReadGroupAsync(
            new() { Group = group, Consumer = consumer, Streams = [new(stream, ReadPosition.Undelivered)] });
        Assert.Equal(stream, batch.GetStream(0));
        var pending = Assert.Single(await PendingEntriesAsync(group, stream));
        Assert.Equal(consumer, pending.Consumer);
        Assert.Equal(group, Assert.Single(await Engine.GetGroupsAsync(stream)).Name);
        Assert.Equal(consumer, Assert.Single(await Engine.GetConsumersAsync(stream, group)).Name);
    }

    [Fact]
    public async Task Names_that_differ_in_one_byte_are_different()
    {
        StreamName lower = NewStream("a"), upper = NewStream("A"), longer = NewStream("a\0");
        await AppendAsync("1-0", lower);
        await AppendAsync("2-0", upper);
        await AppendAsync("3-0", longer);
        Assert.Equal(("1-0", "2-0", "3-0"), (await RangeAsync(lower), await RangeAsync(upper), await RangeAsync(longer)));
    }

    [Fact]
    public async Task Many_streams_keep_apart()
    {
        StreamName[] streams = [.. Enumerable.Range(0, 2_000).Select(i => NewStream($"many:{i}"))];
        for (var i = 0; i < streams.Length; i++)
            await AppendAsync($"{i + 1}-1", streams[i]);
        for (var i = 0; i < streams.Length; i++)
            Assert.Equal($"{i + 1}-1", await RangeAsync(streams[i]));
    }

    private static void AssertSame(EntryFields expected, EntryFields actual) => Assert.Equal(expected.Encoded, actual.Encoded);

    private async Task<EntryFields> RoundTripAsync(EntryFields fields)
    {
        var id = await Engine.AppendAsync(Stream, new AppendEntry(fields));
        using var batch = await Engine.RangeAsync(Stream, id!.Value, id.Value);
        Assert.Equal(1, batch.Count);
        return batch.Entries[0].Fields.ToOwned();
    }
}
