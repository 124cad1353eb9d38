using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>What clients ask to find out whether there is a cluster: there is none.</summary>
internal static class ClusterCommands
{
    public static IReadOnlyList<Command> All { get; } =
    [
        new("cluster", -2, "Tells that there is no cluster.", Refuse),
        new("readonly", 1, "Tells that there is no cluster.", Refuse),
        new("readwrite", 1, "Tells that there is no cluster.", Refuse),
        new("asking", 1, "Tells that there is no cluster.", Refuse),
    ];

    private static ValueTask Refuse(Session session, Request request) => throw new CommandException("ERR This instance has cluster support disabled");
}
