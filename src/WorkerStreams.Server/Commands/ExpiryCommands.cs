using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The commands on when keys go.</summary>
internal static class ExpiryCommands
{
    private const long Second = 1000;

    public static IReadOnlyList<Command> All { get; } =
    [
        Setting("expire", Second, isRelative: true, "Has a key go after so many seconds."),
        Setting("pexpire", 1, isRelative: true, "Has a key go after so many milliseconds."),
        Setting("expireat", Second, isRelative: false, "Has a key go at a time, in seconds since 1970."),
        Setting("pexpireat", 1, isRelative: false, "Has a key go at a time, in milliseconds since 1970."),
        Telling("ttl", Second, isRelative: true, "Tells after how many seconds a key goes."),
        Telling("pttl", 1, isRelative: true, "Tells after how many milliseconds a key goes."),
        Telling("expiretime", Second, isRelative: false, "Tells when a key goes, in seconds since 1970."),
        Telling("pexpiretime", 1, isRelative: false, "Tells when a key goes, in milliseconds since 1970."),
        new("persist", 2, "Has a key stay.", Persist) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 },
    ];

    /// <summary>A time at which a key goes, in milliseconds since 1970.</summary>
    /// <param name="session">Who asks.</param>
    /// <param name="number">As it was told.</param>
    /// <param name="unit">In milliseconds.</param>
    /// <param name="isRelative">Whether it is told from now on.</param>
    /// <param name="command">Which command asks.</param>
    /// <exception cref="CommandException">There is no such time.</exception>
    public static long Time(Session session, long number, long unit, bool isRelative, string command)
    {
        try
        {
            return checked((number * unit) + (isRelative ? session.Now : 0));
        }
        catch (OverflowException)
        {
            throw new CommandException($"ERR invalid expire time in '{command}' command");
        }
    }

    private static Command Setting(string name, long unit, bool isRelative, string summary) =>
        new(name, -3, summary, (session, request) => SetAsync(session, request, name, unit, isRelative)) { Writes = true, IsAlone = true, FirstKey = 1, LastKey = 1 };

    private static Command Telling(string name, long unit, bool isRelative, string summary) =>
        new(name, 2, summary, (session, request) => Tell(session, request, unit, isRelative)) { FirstKey = 1, LastKey = 1 };

    private static async ValueTask SetAsync(Session session, Request request, string command, long unit, bool isRelative)
    {
        var condition = Condition.Parse(request);
        var at = Time(session, request.Number(2), unit, isRelative, command);
        var key = session.AnyKey(request[1]);
        if (!session.Keys.Exists(key) || !condition.Allows(session.Keys.ExpiryOf(key), at))
        {
            session.Reply.Number(0);
            return;
        }
        if (at <= session.Now)
            await session.Keys.RemoveAsync(key);
        else
            session.Keys.SetExpiry(key, at);
        session.Reply.Number(1);
    }

    private static ValueTask Tell(Session session, Request request, long unit, bool isRelative)
    {
        var key = session.AnyKey(request[1]);
        session.Reply.Number(
            session.Keys.ExpiryOf(key) is { } at ? (Math.Max(at - (isRelative ? session.Now : 0), 0) + (unit / 2)) / unit
            : session.Keys.Exists(key) ? -1
            : -2);
        return default;
    }

    private static ValueTask Persist(Session session, Request request)
    {
        session.Reply.Number(session.Keys.ClearExpiry(session.AnyKey(request[1])) ? 1 : 0);
        return default;
    }

    // NX, XX, GT and LT.
    private readonly record struct Condition(bool IfNone, bool IfAny, bool IfLater, bool IfSooner)
    {
        public static Condition Parse(Request request)
        {
            var condition = default(Condition);
            for (var i = 3; i < request.Count; i++)
            {
                condition = request.Is(i, "NX"u8) ? condition with { IfNone = true }
                    : request.Is(i, "XX"u8) ? condition with { IfAny = true }
                    : request.Is(i, "GT"u8) ? condition with { IfLater = true }
                    : request.Is(i, "LT"u8) ? condition with { IfSooner = true }
                    : throw new CommandException($"ERR Unsupported option {CommandException.RepeatOption(request[i])}");
            }
            if (condition.IfNone && (condition.IfAny || condition.IfLater || condition.IfSooner))
                throw new CommandException("ERR NX and XX, GT or LT options at the same time are not compatible");
            if (condition is { IfLater: true, IfSooner: true })
                throw new CommandException("ERR GT and LT options at the same time are not compatible");
            return condition;
        }

        // What stays goes later than anything.
        public bool Allows(long? before, long at) =>
            !(IfNone && before is not null) && !(IfAny && before is null) && !(IfLater && (before is null || at <= before)) && !(IfSooner && at >= before);
    }
}
