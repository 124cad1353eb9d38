namespace WorkerStreams.DeadLetters;

/// <summary>Spreads what is redriven over time, in batches of a tenth of a second or single messages.</summary>
internal sealed class RedrivePace
{
    private const int LargestBatch = 100;

    private readonly double? _perSecond;
    private readonly TimeProvider _time;
    private readonly long _startedAt;

    /// <exception cref="ArgumentOutOfRangeException">The rate is out of its range.</exception>
    public RedrivePace(RedriveOptions options, TimeProvider time)
    {
        if (options.MessagesPerSecond is { } rate and not (>= 0.001 and <= 1_000_000))
            throw new ArgumentOutOfRangeException(nameof(options), rate, $"{nameof(RedriveOptions.MessagesPerSecond)} is '{rate}'. Allowed: 0.001 to 1,000,000, or null.");
        (_perSecond, _time, _startedAt) = (options.MessagesPerSecond, time, time.GetTimestamp());
    }

    /// <summary>The most messages to be redriven at once.</summary>
    public int BatchSize => _perSecond is { } rate ? (int)Math.Clamp(rate / 10, 1, LargestBatch) : LargestBatch;

    /// <summary>Waits until it is time for the next ones, after so many.</summary>
    public async ValueTask WaitAsync(long redriven, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_perSecond is not { } rate)
            return;
        var left = TimeSpan.FromSeconds(redriven / rate) - _time.GetElapsedTime(_startedAt);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, _time, cancellation);
    }
}
