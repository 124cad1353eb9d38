using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>How many entries a loop takes at once of those of which nobody tells how their last delivery ended: as many as handlers are free for.</summary>
/// <param name="prefetch">Knows of those in hand.</param>
/// <param name="widest">The most to ask for where none are expected.</param>
internal sealed class SuspectPages(Prefetch prefetch, int widest)
{
    private bool _areExpected;
    private bool _isAloneExpected;

    /// <summary>Waits until handlers are free. Returns the most entries to ask for.</summary>
    public async ValueTask<int> WaitAsync(CancellationToken cancellation)
    {
        var places = await prefetch.WaitForPlacesAsync(_isAloneExpected, cancellation);
        return _areExpected ? places : Math.Max(places, widest);
    }

    /// <summary>A page was taken.</summary>
    public void Taken(in SuspectsTaken page) => (_areExpected, _isAloneExpected) = (page.Held > 0 || page.Next is not null, page.IsAlone);
}

/// <summary>What became of a page.</summary>
/// <param name="Held">How many are held.</param>
/// <param name="Next">The first that was handed back, if any.</param>
/// <param name="IsAlone">Whether the last one that is held runs alone, or that one is to.</param>
internal readonly record struct SuspectsTaken(int Held, StreamEntryId? Next, bool IsAlone);
