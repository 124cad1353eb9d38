using System.Text;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>All commands that there are.</summary>
internal sealed class CommandTable
{
    private const int MostRepeated = 128;

    private readonly Dictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> _commands;

    public CommandTable(IReadOnlyList<Command> commands)
    {
        var count = 0;
        All = commands;
        foreach (var command in commands.Concat(commands.SelectMany(static command => command.Subcommands)))
            command.Number = count++;
        Count = count;
        _commands = Index(commands, static command => command.Name);
    }

    public static CommandTable Standard { get; } = new([
        .. ConnectionCommands.All,
        .. ClientCommands.All,
        .. KeyCommands.All,
        .. ExpiryCommands.All,
        .. ObjectCommands.All,
        .. DumpCommands.All,
        .. TransactionCommands.All,
        .. TextCommands.All,
        .. ListCommands.All,
        .. SetCommands.All,
        .. HashCommands.All,
        .. ServerCommands.All,
        .. ClusterCommands.All,
        .. ConfigCommands.All,
        .. ScriptCommands.All,
        .. IntrospectionCommands.All,
        .. EntryCommands.All,
        .. DeletionCommands.All,
        .. RangeCommands.All,
        .. ReadCommands.All,
        .. GroupCommands.All,
        .. PendingCommands.All,
        .. ClaimCommands.All,
        .. NackCommands.All,
        .. InfoCommands.All,
        .. OwnCommands.All]);

    public IReadOnlyList<Command> All { get; }

    /// <summary>The number of commands and subcommands.</summary>
    public int Count { get; }

    /// <summary>The command with this name, or null. That of a subcommand is its command's, a bar and its own.</summary>
    public Command? Find(ReadOnlySpan<byte> name)
    {
        var bar = name.IndexOf((byte)'|');
        if (!_commands.TryGetValue(bar < 0 ? name : name[..bar], out var entry))
            return null;
        return bar < 0 ? entry.Command : entry.Subcommands.TryGetValue(name[(bar + 1)..], out var sub) ? sub.Command : null;
    }

    /// <summary>The command that the words give.</summary>
    /// <exception cref="CommandException">There is no such command or subcommand.</exception>
    public Command Get(Request request)
    {
        if (!_commands.TryGetValue(request[0], out var entry))
            throw Unknown(request);
        var command = entry.Command;
        if (command.Subcommands.Count > 0 && request.Count > 1)
            command = entry.Subcommands.TryGetValue(request[1], out var sub) ? sub.Command : throw UnknownSubcommand(request, command);
        return command;
    }

    private static Dictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> Index(IReadOnlyList<Command> commands, Func<Command, string> name)
    {
        var index = new Dictionary<byte[], Entry>(new CommandNames());
        foreach (var command in commands)
        {
            var subcommands = Index(command.Subcommands, static sub => sub.Name[(sub.Name.IndexOf('|', StringComparison.Ordinal) + 1)..]);
            index.Add(Encoding.ASCII.GetBytes(name(command)), new(command, subcommands));
        }
        return index.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    private static CommandException Unknown(Request request)
    {
        var words = new StringBuilder();
        for (var i = 1; i < request.Count && words.Length < MostRepeated; i++)
        {
            var word = CommandException.Repeat(request[i], MostRepeated - words.Length);
            words.Append('\'').Append(word).Append("' ");
        }
        var command = CommandException.Repeat(request[0]);
        return new(request.Count == 1 ? $"ERR unknown command '{command}'" : $"ERR unknown command '{command}', with args beginning with: {words}");
    }

    private static CommandException UnknownSubcommand(Request request, Command command) =>
        new($"ERR unknown subcommand '{CommandException.Repeat(request[1])}'. Try {command.Name.ToUpperInvariant()} HELP.");

    private sealed record Entry(Command Command, Dictionary<byte[], Entry>.AlternateLookup<ReadOnlySpan<byte>> Subcommands);
}
