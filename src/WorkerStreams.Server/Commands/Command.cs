using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>Carries a command out and writes its reply, all of it or, by an exception, none. Completes at once where nothing waits.</summary>
internal delegate ValueTask CommandHandler(Session session, Request request);

/// <summary>A command as clients know it.</summary>
/// <param name="Name">In small letters; a subcommand after its command and a bar.</param>
/// <param name="Arity">The number of its words, or, if negative, the least.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Handler">Carries it out.</param>
internal sealed record Command(string Name, int Arity, string Summary, CommandHandler Handler)
{
    /// <summary>Whether it is for clients, too, that have yet to tell the password.</summary>
    public bool IsForStrangers { get; init; }

    /// <summary>Whether it can change a stream.</summary>
    public bool Writes { get; init; }

    /// <summary>Where in it the first key stands, or 0.</summary>
    public int FirstKey { get; init; }

    /// <summary>Where the last one stands, counted from the end if negative, or 0.</summary>
    public int LastKey { get; init; }

    /// <summary>Its subcommands; none where it has none.</summary>
    public IReadOnlyList<Command> Subcommands { get; init; } = [];

    public bool Takes(int words) => Arity >= 0 ? words == Arity : words >= -Arity;
}
