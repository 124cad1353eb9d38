using Xunit;

namespace WorkerStreams.Engine.Tests.Nouns;

/// <summary>Settlements, errors and positions carry what they were made with.</summary>
public sealed class SettlementTests
{
    [Fact]
    public void Each_settlement_knows_its_kind_and_entry()
    {
        var id = new StreamEntryId(5, 1);
        Assert.Equal(
            [
                (id, SettlementKind.Acknowledge), (id, SettlementKind.AcknowledgeAndDelete), (id, SettlementKind.Renew),
                (id, SettlementKind.Release), (id, SettlementKind.ReleaseUnstarted), (id, SettlementKind.DeadLetter),
            ],
            new[]
            {
                Settlement.Acknowledge(id), Settlement.AcknowledgeAndDelete(id), Settlement.Renew(id),
                Settlement.Release(id), Settlement.ReleaseUnstarted(id), Settlement.DeadLetter(id, EntryFields.Of(("a", "1"))),
            }.Select(settlement => (settlement.Id, settlement.Kind)));
        Assert.Equal("a 1", Settlement.DeadLetter(id, EntryFields.Of(("a", "1"))).DeadLetterFields.ToString());
        Assert.True(Settlement.Acknowledge(id).DeadLetterFields.IsMissing);
    }

    [Fact]
    public void A_group_position_is_the_end_the_beginning_or_an_id()
    {
        Assert.Null(GroupPosition.End.Id);
        Assert.Equal(GroupPosition.End, default);
        Assert.Equal(StreamEntryId.MinValue, GroupPosition.Beginning.Id);
        Assert.Equal(new StreamEntryId(5, 1), GroupPosition.After(new(5, 1)).Id);
    }

    [Fact]
    public void An_error_carries_its_code_and_whether_it_may_have_taken_effect()
    {
        var cause = new TimeoutException();
        var error = new StreamEngineException(StreamErrorCode.Unavailable, "ERR gone", mayHaveTakenEffect: true, cause);
        Assert.Equal((StreamErrorCode.Unavailable, "ERR gone", true, cause), (error.Code, error.Message, error.MayHaveTakenEffect, error.InnerException));
        Assert.False(new StreamEngineException(StreamErrorCode.NoGroup, "NOGROUP").MayHaveTakenEffect);
    }

    [Fact]
    public void An_automatic_claim_result_is_disposed_with_its_entries()
    {
        var builder = new EntryBatchBuilder();
        builder.BeginStream("a");
        var result = new AutoClaimResult(default, builder.Build(), []);
        result.Dispose();
        Assert.Throws<ObjectDisposedException>(() => result.Entries.Entries.Length);
    }
}
