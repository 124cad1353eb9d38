using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>What follows on the ids of XCLAIM.</summary>
internal sealed class ClaimOptions
{
    public bool Force { get; private set; }

    public bool JustIds { get; private set; }

    public DateTimeOffset? DeliveredAt { get; private set; }

    public long? DeliveryCount { get; private set; }

    public StreamEntryId? LastId { get; private set; }

    /// <param name="request">The words.</param>
    /// <param name="first">The first of the options.</param>
    /// <param name="now">In milliseconds since 1970.</param>
    /// <exception cref="CommandException">They are no good.</exception>
    public static ClaimOptions Parse(Request request, int first, long now)
    {
        var options = new ClaimOptions();
        for (var i = first; i < request.Count; i++)
            i = options.ParseOption(request, i, now);
        return options;
    }

    private int ParseOption(Request request, int index, long now)
    {
        var hasMore = index + 1 < request.Count;
        if (request.Is(index, "FORCE"u8))
        {
            Force = true;
            return index;
        }
        if (request.Is(index, "JUSTID"u8))
        {
            JustIds = true;
            return index;
        }
        if (hasMore && request.Is(index, "IDLE"u8))
            DeliveredAt = Time(unchecked(now - request.Number(index + 1, "Invalid IDLE option argument for XCLAIM")), now);
        else if (hasMore && request.Is(index, "TIME"u8))
            DeliveredAt = Time(request.Number(index + 1, "Invalid TIME option argument for XCLAIM"), now);
        else if (hasMore && request.Is(index, "RETRYCOUNT"u8))
            DeliveryCount = request.Number(index + 1, "Invalid RETRYCOUNT option argument for XCLAIM") is >= 0 and var count ? count : null;
        else if (hasMore && request.Is(index, "LASTID"u8))
            LastId = request.Id(index + 1);
        else
            throw new CommandException($"ERR Unrecognized XCLAIM option '{CommandException.RepeatOption(request[index])}'");
        return index + 1;
    }

    // What is not in the past is now.
    private static DateTimeOffset? Time(long milliseconds, long now) =>
        milliseconds < 0 || milliseconds > now ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
