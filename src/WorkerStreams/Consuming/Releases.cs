using WorkerStreams.Waiting;

namespace WorkerStreams.Consuming;

/// <summary>
/// Keeps releases apart from what would lease the same entries anew. A renewal or a claim that comes to the engine after the release leaves the entry
/// with this consumer, which has given it up: nobody would handle it before a lease has passed. So there is one claim at a time too, as each may release what it has
/// too many of.
/// </summary>
/// <param name="gate">The gate of <see cref="HeldEntries"/>; guards every field here.</param>
internal sealed class Releases(Lock gate)
{
    private readonly WaitList _leasingOver = new();
    private readonly WaitList _claimsWanted = new();
    private readonly WaitList _renewingOver = new();
    private int _leasing;
    private int _renewing;
    private int _releasing;
    private bool _isClaiming;

    /// <summary>Renewals wait for no release, as they do not name what is being released.</summary>
    public void RenewalBeginsUnderGate()
    {
        _leasing++;
        _renewing++;
    }

    public void RenewalEnds()
    {
        lock (gate)
        {
            if (--_renewing == 0)
                _renewingOver.ReleaseAll();
        }
        LeasingEnds();
    }

    /// <summary>Completes when no renewal is under way, so that what was held when one began, and is not any more, may be released. Within a claim, which may release what it has brought.</summary>
    public Task WhenNoRenewalAsync()
    {
        lock (gate)
            return _renewing == 0 ? Task.CompletedTask : _renewingOver.WaitAsync(default);
    }

    /// <summary>Completes when a claim may be sent.</summary>
    public async ValueTask ClaimBeginsAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (_releasing == 0 && !_isClaiming)
                {
                    _isClaiming = true;
                    _leasing++;
                    return;
                }
                wait = _claimsWanted.WaitAsync(cancellation);
            }
            await wait;
        }
    }

    public void ClaimEnds()
    {
        lock (gate)
        {
            _isClaiming = false;
            _claimsWanted.ReleaseAll();
        }
        LeasingEnds();
    }

    /// <summary>Completes when releases may be sent. Claims wait from now on, so that a long sweep does not hold them up.</summary>
    public Task ReleaseBeginsAsync()
    {
        lock (gate)
        {
            _releasing++;
            return _leasing == 0 ? Task.CompletedTask : _leasingOver.WaitAsync(default);
        }
    }

    public void ReleaseEnds()
    {
        lock (gate)
        {
            if (--_releasing == 0)
                _claimsWanted.ReleaseAll();
        }
    }

    private void LeasingEnds()
    {
        lock (gate)
        {
            if (--_leasing == 0)
                _leasingOver.ReleaseAll();
        }
    }
}
