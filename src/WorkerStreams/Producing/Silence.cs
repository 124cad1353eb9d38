namespace WorkerStreams.Producing;

/// <summary>How long nobody was seen, and when that is to be told: after ten minutes, then whenever it has doubled, and once a day at least.</summary>
internal sealed class Silence(TimeProvider time)
{
    /// <summary>Shorter than that, it is none.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestStep = TimeSpan.FromDays(1);

    private long? _nobodySince;
    private TimeSpan _due = Shortest;

    /// <summary>Whether it lasts long enough to be one.</summary>
    public bool Lasts { get; private set; }

    /// <param name="idle">The time since somebody was seen, or null where there is nobody.</param>
    /// <returns>How long it has lasted, where that is to be told now.</returns>
    public TimeSpan? Look(TimeSpan? idle)
    {
        _nobodySince = idle is null ? _nobodySince ?? time.GetTimestamp() : null;
        var quiet = idle ?? time.GetElapsedTime(_nobodySince!.Value);
        Lasts = quiet >= Shortest;
        if (!Lasts)
            _due = Shortest;
        if (quiet < _due)
            return null;
        _due = quiet + (quiet < LongestStep ? quiet : LongestStep);
        return quiet;
    }

    /// <summary>Somebody is there.</summary>
    public void Over() => (_nobodySince, _due, Lasts) = (null, Shortest, false);
}
