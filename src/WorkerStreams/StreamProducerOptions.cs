namespace WorkerStreams;

/// <summary>
/// The settings of a producer: set in code with <c>AddStreamProducer</c>, or in configuration under <c>WorkerStreams:Producers:&lt;stream&gt;</c>, which wins.
/// Checked when the host starts; it does not start with a wrong one.
/// </summary>
public sealed class StreamProducerOptions
{
    /// <summary>Retention: about so many of the newest entries are kept (MAXLEN ~). 1 or more; null is no limit. Default: null.</summary>
    public long? MaxLength { get; set; }

    /// <summary>Retention: entries older than about this go (MINID ~). 1 second or more; null is no limit. Not together with <see cref="MaxLength"/>. Default: null.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>
    /// Retention: alone, an entry goes once every group has acknowledged it; <see cref="MaxLength"/> and <see cref="MaxAge"/> spare what some group has not. It
    /// is trimmed about every 10 seconds, and not with each publish (XINFO, XPENDING, XTRIM MINID). A stream without a group keeps everything. All
    /// producers of a stream agree in it. Default: false.
    /// </summary>
    public bool UntilAcknowledged { get; set; }

    /// <summary>Says that the stream is meant to grow without retention, which is warned about otherwise. Not together with any of these. Default: false.</summary>
    public bool KeepForever { get; set; }

    /// <summary>The most publishes in flight at once; further callers wait. 1 to 100,000. Default: 1,024.</summary>
    public int MaxInFlight { get; set; } = 1024;
}
