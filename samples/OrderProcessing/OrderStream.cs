using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>The stream of order lines, as its engine sees it.</summary>
internal sealed class OrderStream(IStreamEngine engine, StreamName stream)
{
    public const string Group = "ledger";

    private readonly StreamName _deadLetters = stream.Companion("dead");

    /// <summary>The id of a line: the greater, the later it stands in the input.</summary>
    public static StreamEntryId IdOf(OrderLine line) => new((ulong)line.LineNumber, 0);

    /// <summary>How many of the <paramref name="published"/> entries, up to <paramref name="last"/>, are settled, acknowledged or dead-lettered, and how many are under way.</summary>
    public async ValueTask<OrderProgress> GetProgressAsync(long published, StreamEntryId last, CancellationToken cancellation)
    {
        var groups = await engine.GetGroupsAsync(stream, cancellation);
        if (groups.FirstOrDefault(group => group.Name == Group) is not { } group)
            return new(published, published, 0);
        // Redis 6.2 tells no lag.
        return new(published, group.Lag ?? (group.LastDeliveredId < last ? published : 0), group.Pending);
    }

    /// <summary>Makes sure that lines are in the stream whose ids it has refused as too small.</summary>
    /// <exception cref="InvalidDataException">One is not, and cannot be put there any more.</exception>
    public async ValueTask RequireAsync(IReadOnlyList<OrderLine> lines, CancellationToken cancellation)
    {
        using var range = await engine.RangeAsync(stream, new(IdOf(lines[0])), new(IdOf(lines[^1])), cancellation: cancellation);
        var there = new HashSet<StreamEntryId>();
        foreach (ref readonly var entry in range.Entries)
            there.Add(entry.Id);
        if (lines.FirstOrDefault(line => !there.Contains(IdOf(line))) is { } missing)
            throw new InvalidDataException($"{missing.Id} is not in the stream {stream}, and later lines are. Has the input changed? Publish it with a ledger of its own.");
    }

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
