using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>The stream of order lines, as its engine sees it.</summary>
internal sealed class OrderStream(IStreamEngine engine)
{
    public const string Name = "orders";
    public const string Group = "ledger";

    private static readonly StreamName Stream = Name;
    private static readonly StreamName DeadLetters = Stream.Companion("dead");

    /// <summary>How many of the <paramref name="published"/> entries are settled, acknowledged or dead-lettered, and how many are under way.</summary>
    public async ValueTask<OrderProgress> GetProgressAsync(long published, CancellationToken cancellation = default)
    {
        if (published == 0)
            return default;
        var groups = await engine.GetGroupsAsync(Stream, cancellation);
        var group = groups.FirstOrDefault(group => group.Name == Group);
        return new(published, group?.Lag ?? published, group?.Pending ?? 0);
    }

    /// <summary>Order lines delivered and not settled.</summary>
    public async ValueTask<long> CountPendingAsync()
    {
        try
        {
            return (await engine.GetPendingSummaryAsync(Stream, Group)).Count;
        }
        catch (StreamEngineException exception) when (exception.Code == StreamErrorCode.NoGroup)
        {
            return 0; // stopped before the group was made
        }
    }

    /// <summary>Order lines that were given up.</summary>
    public ValueTask<long> CountDeadLettersAsync() => engine.GetLengthAsync(DeadLetters);
}

/// <summary>How far the handling of the stream is.</summary>
/// <param name="Published">Entries published.</param>
/// <param name="Undelivered">Of them, not yet delivered to the group.</param>
/// <param name="Pending">Of them, delivered and not yet settled.</param>
internal readonly record struct OrderProgress(long Published, long Undelivered, long Pending)
{
    public long Settled => Published - Undelivered - Pending;
}
