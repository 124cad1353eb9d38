using System.Globalization;

namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>Requests as text, as they would be written to a server.</summary>
internal static class RequestText
{
    public static string Of(ReadRequest request)
    {
        var who = request is ReadGroupRequest group ? $" {group.Group} {group.Consumer}{(group.NoAcknowledge ? " NOACK" : "")}{Word("CLAIM", group.ClaimMinIdle)}" : "";
        var block = request.Block is { } time ? string.Create(CultureInfo.InvariantCulture, $" BLOCK {time.TotalMilliseconds}") : "";
        return $"read{who} {string.Join(' ', request.Streams.Select(at => $"{at.Stream} {PositionOf(at.Position)}"))} COUNT {request.Count}{block}";
    }

    public static string Of(ClaimRequest request) =>
        $"claim {request.Stream} {request.Group} {request.Consumer} {request.MinIdle} {request.Ids.ToArray().ToText()}"
        + Word("IDLE", request.Idle) + Word("TIME", request.DeliveredAt?.ToUnixTimeMilliseconds()) + Word("RETRYCOUNT", request.DeliveryCount)
        + (request.Force ? " FORCE" : "") + (request.JustIds ? " JUSTID" : "") + Word("LASTID", request.LastId) + Word("from", request.ExpectedOwner);

    public static string Of(MoveRequest request) =>
        $"move {request.Source} {request.Destination} {string.Join(' ', request.Entries.ToArray().Select(entry => entry.Id))}";

    private static string Word<T>(string word, T? value) => value is null ? "" : $" {word} {value}";

    private static string PositionOf(ReadPosition position) => position.Kind switch
    {
        ReadPositionKind.Undelivered => ">",
        ReadPositionKind.End => "$",
        ReadPositionKind.Last => "+",
        _ => $"{position.Id}",
    };
}
