using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>How ids, new ids, bounds and positions are read from text and written.</summary>
public sealed class IdTextTests
{
    private const string InvalidId = "ERR Invalid stream ID specified as stream command argument";
    private const string Max = "18446744073709551615";

    public static TheoryData<string> NoIds =>
    [
        "", "-", "+", "*", "$", ">", "abc", "1-", "-1", "--1", "1-2-3", "1-x", "x-1", " 1", "1 ", "+1", "1-+1", "1.5", "1,5", "0x1", "1-*", "(1-1", "(",
        "18446744073709551616", "1-18446744073709551616", "9999999999999999999999", new string('1', 128), new string('0', 126) + "-1",
    ];

    [Theory]
    [InlineData("1-2", 1, 2)]
    [InlineData("06-01", 6, 1)]
    [InlineData("5", 5, 0)]
    [InlineData("0-0", 0, 0)]
    [InlineData(Max + "-" + Max, ulong.MaxValue, ulong.MaxValue)]
    public void An_id_is_read_leniently(string text, ulong milliseconds, ulong sequence)
    {
        Assert.Equal(new StreamEntryId(milliseconds, sequence), StreamEntryId.Parse(text));
        Assert.True(StreamEntryId.TryParse(text, null, out var id));
        Assert.Equal(StreamEntryId.Parse(text), id);
    }

    [Fact]
    public void An_id_of_127_characters_is_read() => Assert.Equal(new(1, 0), StreamEntryId.Parse(new string('0', 126) + "1"));

    [Theory]
    [MemberData(nameof(NoIds))]
    public void What_is_no_id_is_refused(string text)
    {
        AssertInvalid(() => StreamEntryId.Parse(text));
        Assert.False(StreamEntryId.TryParse(text, null, out _));
        Assert.False(StreamEntryId.TryParse(text.AsSpan(), out _));
    }

    [Theory]
    [InlineData("5", 7, 5, 7)]
    [InlineData("5-1", 7, 5, 1)]
    public void A_missing_sequence_is_what_the_caller_says(string text, ulong missing, ulong milliseconds, ulong sequence)
    {
        Assert.True(StreamEntryId.TryParse(text.AsSpan(), out var id, missing));
        Assert.Equal(new(milliseconds, sequence), id);
    }

    [Theory]
    [InlineData(0, 0, "0-0")]
    [InlineData(1526919030474, 55, "1526919030474-55")]
    [InlineData(ulong.MaxValue, ulong.MaxValue, Max + "-" + Max)]
    public void An_id_is_written_in_canonical_decimal(ulong milliseconds, ulong sequence, string text)
    {
        var id = new StreamEntryId(milliseconds, sequence);
        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"{id}");
        Span<char> characters = stackalloc char[text.Length];
        Assert.True(id.TryFormat(characters, out var written));
        Assert.Equal((text, text.Length), (characters.ToString(), written));
        Assert.False(id.TryFormat(characters[1..], out _));
        Span<byte> bytes = stackalloc byte[text.Length];
        Assert.True(id.TryFormat(bytes, out written));
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(bytes[..written]));
        Assert.False(id.TryFormat(bytes[1..], out _));
    }

    [Theory]
    [InlineData("*", NewEntryIdKind.Auto, "0-0", "*")]
    [InlineData("5-*", NewEntryIdKind.AutoSequence, "5-0", "5-*")]
    [InlineData("5", NewEntryIdKind.Explicit, "5-0", "5-0")]
    [InlineData("06-1", NewEntryIdKind.Explicit, "6-1", "6-1")]
    public void A_new_id_is_read_and_written(string text, NewEntryIdKind kind, string id, string written)
    {
        var parsed = NewEntryId.Parse(text);
        Assert.Equal((kind, StreamEntryId.Parse(id), written), (parsed.Kind, parsed.Id, parsed.ToString()));
    }

    [Theory]
    [InlineData("**")]
    [InlineData("-*")]
    [InlineData("5-1-*")]
    [InlineData("x-*")]
    [InlineData("5-*-*")]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("$")]
    public void What_is_no_new_id_is_refused(string text) => AssertInvalid(() => NewEntryId.Parse(text));

    [Fact]
    public void An_id_is_an_explicit_new_id()
    {
        NewEntryId asked = new StreamEntryId(5, 1);
        Assert.Equal(NewEntryId.Explicit(new(5, 1)), asked);
        Assert.Equal(asked, NewEntryId.FromStreamEntryId(new(5, 1)));
        Assert.Equal(NewEntryIdKind.Auto, default(NewEntryId).Kind);
        Assert.Equal(new(7, 0), NewEntryId.AutoSequence(7).Id);
    }

    [Theory]
    [InlineData("-", "0-0", false)]
    [InlineData("+", Max + "-" + Max, false)]
    [InlineData("5", "5-0", false)]
    [InlineData("5-1", "5-1", false)]
    [InlineData("(5", "5-0", true)]
    [InlineData("(5-1", "5-1", true)]
    public void The_start_of_an_interval_lacks_the_smallest_sequence(string text, string id, bool exclusive) =>
        Assert.Equal(new(StreamEntryId.Parse(id), exclusive), RangeBound.ParseStart(text));

    [Theory]
    [InlineData("-", "0-0", false)]
    [InlineData("+", Max + "-" + Max, false)]
    [InlineData("5", "5-" + Max, false)]
    [InlineData("5-1", "5-1", false)]
    [InlineData("(5", "5-" + Max, true)]
    [InlineData("(5-1", "5-1", true)]
    public void The_end_of_an_interval_lacks_the_greatest_sequence(string text, string id, bool exclusive) =>
        Assert.Equal(new(StreamEntryId.Parse(id), exclusive), RangeBound.ParseEnd(text));

    [Theory]
    [InlineData("(")]
    [InlineData("((5")]
    [InlineData("(-")]
    [InlineData("(+")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("$")]
    [InlineData("5-*")]
    public void What_is_no_bound_is_refused(string text)
    {
        AssertInvalid(() => RangeBound.ParseStart(text));
        AssertInvalid(() => RangeBound.ParseEnd(text));
    }

    [Fact]
    public void An_id_is_an_inclusive_bound()
    {
        RangeBound bound = new StreamEntryId(5, 1);
        Assert.Equal(new(new(5, 1), Exclusive: false), bound);
        Assert.Equal(bound, RangeBound.FromStreamEntryId(new(5, 1)));
        Assert.Equal(RangeBound.ParseStart("(5-1"), RangeBound.Excluding(new(5, 1)));
        Assert.Equal((RangeBound.ParseStart("-"), RangeBound.ParseEnd("+")), (RangeBound.Min, RangeBound.Max));
    }

    [Fact]
    public void A_position_is_read()
    {
        Assert.Equal(ReadPosition.Undelivered, ReadPosition.Parse(">"));
        Assert.Equal(ReadPosition.End, ReadPosition.Parse("$"));
        Assert.Equal(ReadPosition.Last, ReadPosition.Parse("+"));
        Assert.Equal(ReadPosition.After(new(5, 0)), ReadPosition.Parse("5"));
        Assert.Equal(ReadPosition.After(new(5, 1)), ReadPosition.Parse("05-1"));
        Assert.Equal(ReadPosition.After(default), default);
    }

    [Theory]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("(5")]
    [InlineData("")]
    [InlineData(">>")]
    public void What_is_no_position_is_refused(string text) => AssertInvalid(() => ReadPosition.Parse(text));

    private static void AssertInvalid<T>(Func<T> parse)
    {
        var thrown = Assert.Throws<StreamEngineException>(() => { parse(); });
        Assert.Equal((StreamErrorCode.InvalidId, InvalidId), (thrown.Code, thrown.Message));
        Assert.False(thrown.MayHaveTakenEffect);
    }
}
