using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The options of SET.</summary>
/// <param name="IfFree">NX.</param>
/// <param name="IfThere">XX.</param>
/// <param name="Tells">GET.</param>
/// <param name="KeepsExpiry">KEEPTTL.</param>
/// <param name="ExpiresAt">In milliseconds since 1970, or null.</param>
/// <param name="IfEqual">IFEQ's word, or 0.</param>
/// <param name="IfOther">IFNE's word, or 0.</param>
internal readonly record struct SetOptions(bool IfFree, bool IfThere, bool Tells, bool KeepsExpiry, long? ExpiresAt, int IfEqual, int IfOther)
{
    /// <summary>Whether the value that is there decides.</summary>
    public bool Compares => IfEqual > 0 || IfOther > 0;

    /// <exception cref="CommandException">They are no good.</exception>
    public static SetOptions Parse(Session session, Request request)
    {
        var options = default(SetOptions);
        var expiry = 0;
        for (var i = 3; i < request.Count; i++)
        {
            if (request.Is(i, "NX"u8) && !options.IfThere)
                options = options with { IfFree = true };
            else if (request.Is(i, "XX"u8) && !options.IfFree)
                options = options with { IfThere = true };
            // Before NX and XX, but not after them.
            else if (request.Is(i, "IFEQ"u8) && options is { IfFree: false, IfThere: false, IfOther: 0 } && i + 1 < request.Count)
                options = options with { IfEqual = ++i };
            else if (request.Is(i, "IFNE"u8) && options is { IfFree: false, IfThere: false, IfEqual: 0 } && i + 1 < request.Count)
                options = options with { IfOther = ++i };
            else if (request.Is(i, "GET"u8))
                options = options with { Tells = true };
            else if (request.Is(i, "KEEPTTL"u8) && expiry == 0)
                options = options with { KeepsExpiry = true };
            else if (expiry == 0 && !options.KeepsExpiry && i + 1 < request.Count && UnitOf(request, i) > 0)
                expiry = i++;
            else
                throw CommandException.Syntax();
        }
        return expiry > 0 ? options with { ExpiresAt = TimeOf(session, request, expiry) } : options;
    }

    private static long TimeOf(Session session, Request request, int index)
    {
        var number = request.Number(index + 1);
        return number > 0
            ? ExpiryCommands.Time(session, number, UnitOf(request, index), request[index].Length == 2, "set")
            : throw new CommandException("ERR invalid expire time in 'set' command");
    }

    // In milliseconds; 0 where the word is no expiry.
    private static long UnitOf(Request request, int index) =>
        request.Is(index, "EX"u8) || request.Is(index, "EXAT"u8) ? 1000
        : request.Is(index, "PX"u8) || request.Is(index, "PXAT"u8) ? 1
        : 0;
}
