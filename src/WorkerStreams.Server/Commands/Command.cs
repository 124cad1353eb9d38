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

    /// <summary>Whether it changes keys that are no streams, or several keys in one step, so that no other command may be carried out beside it.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Whether it brings values that are no streams, which needs memory for them.</summary>
    public bool BringsValues { get; init; }

    /// <summary>Whether it changes the server, or other connections.</summary>
    public bool IsAdministration { get; init; }

    /// <summary>Whether it is carried out at once, though a transaction has begun.</summary>
    public bool IsNeverQueued { get; init; }

    /// <summary>Its place in <see cref="CommandStatistics"/>. The table gives it.</summary>
    public int Number { get; set; }

    /// <summary>Where in it the first key stands, or 0.</summary>
    public int FirstKey { get; init; }

    /// <summary>Where the last one stands, counted from the end if negative, or 0.</summary>
    public int LastKey { get; init; }

    /// <summary>How far it is from one key to the next.</summary>
    public int KeyStep { get; init; } = 1;

    /// <summary>Its subcommands; none where it has none.</summary>
    public IReadOnlyList<Command> Subcommands { get; init; } = [];

    public bool Takes(int words) => Arity >= 0 ? words == Arity : words >= -Arity;
}
