using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>IDMP and IDMPAUTO of XADD, what XIDMPRECORD names, and the options of XCFGSET.</summary>
internal static class Idempotency
{
    /// <summary>For how many seconds appends may be remembered at most, and how many of each producer.</summary>
    public const long LongestDuration = 86_400, MostIds = 10_000;

    public static bool Is(Request request, int index) =>
        (index + 2 < request.Count && request.Is(index, "IDMP"u8)) || (index + 1 < request.Count && request.Is(index, "IDMPAUTO"u8));

    /// <param name="request">The words.</param>
    /// <param name="index">The option, and then its last word.</param>
    /// <exception cref="StreamEngineException">One of them is empty.</exception>
    public static IdempotencyKey Parse(Request request, ref int index)
    {
        var producer = new StreamName(request[index + 1]);
        if (request.Is(index, "IDMPAUTO"u8))
        {
            index++;
            return IdempotencyKey.OfFields(producer);
        }
        index += 2;
        return IdempotencyKey.Of(producer, new(request[index]));
    }

    public static CommandException Twice() => new("ERR syntax error, IDMP/IDMPAUTO specified multiple times");

    public static CommandException NeedsAutoId() => new("ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");

    /// <exception cref="CommandException">A word is empty.</exception>
    public static IdempotencyKey ParseRecord(Request request) =>
        request[2].IsEmpty ? throw new CommandException("ERR producer ID must be non-empty")
        : request[3].IsEmpty ? throw new CommandException("ERR idempotent ID must be non-empty")
        : IdempotencyKey.Of(new(request[2]), new(request[3]));

    /// <exception cref="CommandException">The options are no good.</exception>
    public static (TimeSpan? Duration, int? MaxIds) ParseSettings(Request request)
    {
        var (duration, maxIds) = (default(long?), default(long?));
        for (var i = 2; i < request.Count; i += 2)
        {
            if (i + 1 == request.Count)
                throw CommandException.Syntax();
            if (request.Is(i, "IDMP-DURATION"u8))
                duration = Setting(request, i + 1, "IDMP-DURATION", duration, LongestDuration, "seconds");
            else if (request.Is(i, "IDMP-MAXSIZE"u8))
                maxIds = Setting(request, i + 1, "IDMP-MAXSIZE", maxIds, MostIds, "entries");
            else
                throw CommandException.Syntax();
        }
        if (request.Count == 2)
            throw new CommandException("ERR At least one parameter must be specified");
        return (duration is { } seconds ? TimeSpan.FromSeconds(seconds) : null, (int?)maxIds);
    }

    private static long Setting(Request request, int index, string name, long? before, long most, string unit)
    {
        if (before is not null)
            throw new CommandException($"ERR {name} specified multiple times");
        var number = request.Number(index);
        return number >= 1 && number <= most ? number : throw new CommandException($"ERR {name} must be between 1 and {most} {unit}");
    }
}
