using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary><see cref="ClaimRequest.ExpectedOwner"/>, which Redis has not.</summary>
public abstract class OwnedClaimingContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Fact]
    public async Task Only_the_expected_owners_entries_are_claimed()
    {
        await DeliverAsync();
        Assert.Equal("1-0", await ClaimAsync(Claim("c", "1-0 2-0", owner: "a")));
        Assert.Equal("1-0 c x2, 2-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task An_owner_can_take_its_own_again_but_not_what_it_lost()
    {
        await DeliverAsync();
        await ClaimAsync(Claim("b", "1-0", owner: "a"));
        Assert.Equal("", await ClaimAsync(Claim("a", "1-0", owner: "a")));
        Assert.Equal("2-0", await ClaimAsync(Claim("b", "2-0", owner: "b")));
        Assert.Equal("1-0 b x2, 2-0 b x2", await PendingAsync());
    }

    [Fact]
    public async Task Force_makes_nothing_pending_that_the_expected_owner_does_not_hold()
    {
        await DeliverAsync();
        await AppendAsync("3-0");
        Assert.Equal("", await ClaimAsync(Claim("c", "3-0", owner: "a") with { Force = true }));
        Assert.Equal("1-0 a x1, 2-0 b x1", await PendingAsync());
    }

    [Fact]
    public async Task An_entry_gone_from_the_stream_stays_pending_for_another_owner()
    {
        await DeliverAsync();
        await Engine.DeleteAsync(Stream, Ids("1-0 2-0"));
        Assert.Equal("", await ClaimAsync(Claim("c", "1-0 2-0", owner: "a")));
        Assert.Equal("2-0 b x1", await PendingAsync());
    }

    private ClaimRequest Claim(StreamName consumer, string ids, StreamName owner) =>
        new() { Stream = Stream, Group = Group, Consumer = consumer, Ids = Ids(ids), ExpectedOwner = owner };

    private async Task<string> ClaimAsync(ClaimRequest request) => (await Engine.ClaimAsync(request)).ToText();

    // 1-0 for a, 2-0 for b.
    private async Task DeliverAsync()
    {
        await CreateGroupAsync();
        await AppendAsync("1-0 2-0");
        await DeliverAsync("a", 1);
        await DeliverAsync("b");
    }
}
