using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>The stream of order lines, as its engine sees it.</summary>
internal sealed class OrderStream(IStreamEngine engine, StreamName stream)
{
    public const string Group = "ledger";

    private readonly StreamName _deadLetters = stream.Companion("dead");

    public override string ToString() => stream.ToString();

    /// <summary>The id of a line: the greater, the later it stands in the input.</summary>
    public static StreamEntryId IdOf(OrderLine line) => new((ulong)line.LineNumber, 0);

    /// <summary>How many of the <paramref name="published"/> entries, up to <paramref name="last"/>, are settled, acknowledged or dead-lettered, and how many are under way.</summary>
    public async ValueTask<OrderProgress> GetProgressAsync(long published, StreamEntryId last, CancellationToken cancellation)
    {
        if (await GetLastIdAsync(cancellation) == StreamEntryId.MinValue)
            return new(published, published, 0);
        var groups = await engine.GetGroupsAsync(stream, cancellation);
        if (groups.FirstOrDefault(group => group.Name == Group) is not { } group)
            return new(published, published, 0);
        // Redis 6.2 tells no lag.
        return new(published, group.Lag ?? (group.LastDeliveredId < last ? published : 0), group.Pending);
    }

    /// <summary>The id of the last line that was published, or 0-0 where none was.</summary>
    public async ValueTask<StreamEntryId> GetLastIdAsync(CancellationToken cancellation)
    {
        try
        {
            return (await engine.GetStreamInfoAsync(stream, cancellation)).LastGeneratedId;
        }
        catch (StreamEngineException missing) when (missing.Code == StreamErrorCode.NoStream)
        {
            return StreamEntryId.MinValue;
        }
    }

    public ValueTask<long> GetLengthAsync(CancellationToken cancellation) => engine.GetLengthAsync(stream, cancellation);

    /// <summary>Order lines delivered and not settled.</summary>
    public async ValueTask<long> CountPendingAsync()
    {
        try
        {
            return (await engine.GetPendingSummaryAsync(stream, Group)).Count;
        }
        catch (StreamEngineException exception) when (exception.Code == StreamErrorCode.NoGroup)
        {
            return 0; // stopped before the group was made
        }
    }

    /// <summary>Deletes it; what was given up stays.</summary>
    public ValueTask<bool> DeleteAsync() => engine.DeleteStreamAsync(stream);

    /// <summary>Order lines that were given up.</summary>
    public ValueTask<long> CountDeadLettersAsync() => engine.GetLengthAsync(_deadLetters);
}

/// <summary>How far the handling of the stream is.</summary>
/// <param name="Published">Entries published.</param>
/// <param name="Undelivered">Of them, not yet delivered to the group.</param>
/// <param name="Pending">Of them, delivered and not yet settled.</param>
internal readonly record struct OrderProgress(long Published, long Undelivered, long Pending)
{
    public long Settled => Published - Undelivered - Pending;
}
