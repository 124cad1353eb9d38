using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>
/// <see cref="ReadRequest.MaxBytes"/> and <see cref="AutoClaimRequest.MaxBytes"/>, which Redis has not: a read or a claim ends after the entry that brings it
/// to the limit.
/// </summary>
public abstract class ReadBytesContract(EngineFixture fixture) : EngineContract(fixture)
{
    private static readonly int EntryBytes = Fields("1-0").EncodedLength;

    [Theory]
    [InlineData(0, 1, "1-0")]
    [InlineData(1, 0, "1-0")]
    [InlineData(1, 1, "1-0 2-0")]
    [InlineData(2, 0, "1-0 2-0")]
    [InlineData(2, 1, "1-0 2-0 3-0")]
    [InlineData(9, 0, "1-0 2-0 3-0 4-0 5-0")]
    public async Task A_read_ends_after_the_entry_that_brings_it_to_the_limit(int entries, int bytes, string expected)
    {
        await AppendAsync("1-0 2-0 3-0 4-0 5-0");
        Assert.Equal(expected, await ReadAsync(ReadFrom("0") with { MaxBytes = (entries * EntryBytes) + bytes }));
    }

    [Theory]
    [InlineData(1, "1-0", "2-0 | 1-0 2-0")]
    [InlineData(2, "1-0 2-0", "1-0 2-0")]
    [InlineData(3, "1-0 2-0 | 1-0", "2-0")]
    public async Task The_limit_is_for_all_streams_together_and_what_is_left_is_not_delivered(int entries, string expected, string left)
    {
        foreach (var stream in (StreamName[])[Stream, Other])
        {
            await CreateGroupAsync(stream: stream);
            await AppendAsync("1-0 2-0", stream);
        }
        Assert.Equal(expected, await ReadGroupAsync(ReadFor("a", ">", Stream, Other) with { MaxBytes = entries * EntryBytes }));
        Assert.Equal(left, await ReadGroupAsync(ReadFor("a", ">", Stream, Other)));
    }

    [Fact]
    public async Task An_entry_larger_than_the_limit_is_read_alone()
    {
        await CreateGroupAsync();
        await Engine.AppendAsync(Stream, new AppendEntry(Fields(new string('x', 10_000)), Id("1-0")));
        await AppendAsync("2-0");
        Assert.Equal("1-0", await ReadGroupAsync(ReadFor("a") with { MaxBytes = 10 }));
        Assert.Equal("2-0", await ReadGroupAsync(ReadFor("a") with { MaxBytes = 10 }));
    }

    [Fact]
    public async Task The_limit_holds_for_history_too_and_leaves_the_counts_of_what_is_not_read()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a");
        Assert.Equal("1-0 2-0", await ReadGroupAsync(ReadFor("a", "0") with { MaxBytes = 2 * EntryBytes }));
        Assert.Equal("1-0 a x2, 2-0 a x2, 3-0 a x1", await PendingAsync());
    }

    [Fact]
    public async Task Count_and_bytes_both_limit()
    {
        await AppendAsync("1-0 2-0 3-0");
        Assert.Equal("1-0", await ReadAsync(ReadFrom("0") with { Count = 1, MaxBytes = 3 * EntryBytes }));
        Assert.Equal("1-0", await ReadAsync(ReadFrom("0") with { Count = 3, MaxBytes = 1 }));
    }

    [Theory]
    [InlineData(0, 1, "1-0", "2-0")]
    [InlineData(2, 0, "1-0 2-0", "3-0")]
    [InlineData(2, 1, "1-0 2-0 3-0", "0-0")]
    public async Task A_claim_ends_after_the_entry_that_brings_it_to_the_limit_and_tells_where_to_go_on(int entries, int bytes, string expected, string next)
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0 3-0");
        await DeliverAsync("a");
        var claim = new AutoClaimRequest { Stream = Stream, Group = Group, Consumer = "b", MinIdle = TimeSpan.Zero, MaxBytes = (entries * EntryBytes) + bytes };
        using (var claimed = await Engine.AutoClaimAsync(claim))
            Assert.Equal((expected, next), (claimed.Entries.ToText(), $"{claimed.NextStart}"));
        using var ids = await Engine.AutoClaimAsync(claim with { JustIds = true });
        Assert.Equal("1-0 2-0 3-0", ids.Entries.ToText());
    }
}
