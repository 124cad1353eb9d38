using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>
/// The answer to a read or a claim may be heard late, after a stall or over a slow network. Entries of which more has been heard since are not to be
/// taken up a second time: those that a claim has brought while the read was under way, and those that were given up while the claim was.
/// </summary>
/// <param name="gate">The gate of <see cref="HeldEntries"/>; guards every field here.</param>
internal sealed class Overtaken(Lock gate)
{
    private readonly HashSet<StreamEntryId> _claimed = [];
    private readonly HashSet<StreamEntryId> _givenUp = [];
    private int _claims;

    /// <summary>A read is about to be sent; there is one at a time.</summary>
    public void ReadBegins()
    {
        lock (gate)
            _claimed.Clear();
    }

    /// <summary>A claim is about to be sent.</summary>
    public void ClaimBegins()
    {
        lock (gate)
            _claims++;
    }

    public void ClaimEnds()
    {
        lock (gate)
        {
            if (--_claims == 0)
                _givenUp.Clear();
        }
    }

    /// <summary>Whether a claim has brought the entry since the read began.</summary>
    public bool InReadUnderGate(StreamEntryId id) => _claimed.Contains(id);

    /// <summary>Whether the entry was given up since the claim began.</summary>
    public bool InClaimUnderGate(StreamEntryId id) => _givenUp.Contains(id);

    /// <summary>Whether a claim brings the entry, or has since the read began.</summary>
    public bool MayBeBack(StreamEntryId id)
    {
        lock (gate)
            return _claims > 0 || _claimed.Contains(id);
    }

    public void ClaimedUnderGate(HeldBatch batch)
    {
        foreach (ref readonly var entry in batch.Entries)
            _claimed.Add(entry.Id);
    }

    public void GivenUpUnderGate(StreamEntryId id)
    {
        if (_claims > 0)
            _givenUp.Add(id);
    }
}
