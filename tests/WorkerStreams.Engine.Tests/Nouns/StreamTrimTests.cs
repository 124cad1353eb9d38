using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>What can be asked of a trimming.</summary>
public sealed class StreamTrimTests
{
    [Fact]
    public void A_trimming_is_by_length_or_by_id()
    {
        var length = StreamTrim.MaxLength(5, approximate: true, limit: 10);
        Assert.Equal((TrimStrategy.MaxLength, 5, true, 10), (length.Strategy, length.Length, length.Approximate, length.Limit));
        var id = StreamTrim.MinId(new(5, 1));
        Assert.Equal((TrimStrategy.MinId, new(5, 1), false, null), (id.Strategy, id.Id, id.Approximate, id.Limit));
    }

    [Fact]
    public void A_negative_length_is_refused() => AssertRefused("ERR The MAXLEN argument must be >= 0.", () => StreamTrim.MaxLength(-1));

    [Fact]
    public void A_negative_limit_is_refused()
    {
        AssertRefused("ERR The LIMIT argument must be >= 0.", () => StreamTrim.MaxLength(1, approximate: true, limit: -1));
        AssertRefused("ERR The LIMIT argument must be >= 0.", () => StreamTrim.MinId(default, approximate: true, limit: -1));
    }

    [Fact]
    public void A_limit_is_only_for_an_approximate_trimming()
    {
        const string Text = "ERR syntax error, LIMIT cannot be used without the special ~ option";
        AssertRefused(Text, () => StreamTrim.MaxLength(1, limit: 0));
        AssertRefused(Text, () => StreamTrim.MinId(default, limit: 5));
    }

    private static void AssertRefused(string text, Func<StreamTrim> make)
    {
        var thrown = Assert.Throws<StreamEngineException>(make);
        Assert.Equal((StreamErrorCode.InvalidArgument, text), (thrown.Code, thrown.Message));
    }
}
