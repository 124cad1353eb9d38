using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>HELP of commands with subcommands: as in Redis, but for subcommands that there are not.</summary>
internal static class HelpTexts
{
    private static readonly Dictionary<string, string> Texts = new()
    {
        ["xgroup"] =
            """
            CREATE <key> <groupname> <id|$> [option]
                Create a new consumer group. Options are:
                * MKSTREAM
                  Create the empty stream if it does not exist.
                * ENTRIESREAD entries_read
                  Set the group's entries_read counter (internal use).
            CREATECONSUMER <key> <groupname> <consumer>
                Create a new consumer in the specified group.
            DELCONSUMER <key> <groupname> <consumer>
                Remove the specified consumer.
            DESTROY <key> <groupname>
                Remove the specified group.
            SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]
                Set the current group ID and entries_read counter.
            """,
        ["xinfo"] =
            """
            CONSUMERS <key> <groupname>
                Show consumers of <groupname>.
            GROUPS <key>
                Show the stream consumer groups.
            STREAM <key> [FULL [COUNT <count>]
                Show information about the stream.
            """,
        ["object"] =
            """
            ENCODING <key>
                Return the kind of internal representation used in order to store the value
                associated with a <key>.
            FREQ <key>
                Return the access frequency index of the <key>. The returned integer is
                proportional to the logarithm of the recent access frequency of the key.
            IDLETIME <key>
                Return the idle time of the <key>, that is the approximated number of
                seconds elapsed since the last access to the key.
            REFCOUNT <key>
                Return the number of references of the value associated with the specified
                <key>.
            """,
        ["client"] =
            """
            GETREDIR
                Return the client ID we are redirecting to when tracking is enabled.
            GETNAME
                Return the name of the current connection.
            ID
                Return the ID of the current connection.
            INFO
                Return information about the current client connection.
            KILL <ip:port>
                Kill connection made from <ip:port>.
            KILL <option> <value> [<option> <value> [...]]
                Kill connections. Options are:
                * ADDR <ip:port>
                  Kill connections made from the specified address
                * LADDR <ip:port>
                  Kill connections made to specified local address
                * ID <client-id>
                  Kill the connection with the specified ID.
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Kill connections by type.
                * USER <username>
                  Kill connections authenticated by <username>.
                * MAXAGE <seconds>
                  Kill connections older than the specified age.
                * SKIPME (YES|NO)
                  Skip killing current connection (default: yes).
            LIST [options ...]
                Return information about client connections. Options:
                * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
                  Return clients of specified type.
                * ID <client-id> [<client-id> ...]
                  Return clients of specified IDs only.
            REPLY (ON|OFF|SKIP)
                Control the replies sent to the current connection.
            SETINFO <option> <value>
                Set client meta attr. Options are:
                * LIB-NAME: the client lib name.
                * LIB-VER: the client lib version.
            SETNAME <name>
                Assign the name <name> to the current connection.
            UNBLOCK <clientid> [TIMEOUT|ERROR]
                Unblock the specified blocked client.
            NO-EVICT (ON|OFF)
                Protect current client connection from eviction.
            NO-TOUCH (ON|OFF)
                Will not touch LRU/LFU stats when this mode is on.
            """,
        ["config"] =
            """
            GET <pattern>
                Return parameters matching the glob-like <pattern> and their values.
            SET <directive> <value>
                Set the configuration <directive> to <value>.
            RESETSTAT
                Reset statistics reported by the INFO command.
            """,
        ["command"] =
            """
            (no subcommand)
                Return details about all Redis commands.
            COUNT
                Return the total number of commands in this Redis server.
            LIST
                Return a list of all commands in this Redis server.
            INFO [<command-name> ...]
                Return details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            DOCS [<command-name> ...]
                Return documentation details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            """,
        ["debug"] =
            """
            SLEEP <seconds>
                Stop the server for <seconds>. Decimals allowed.
            """,
    };

    /// <summary>HELP of a command.</summary>
    /// <param name="name">In small letters.</param>
    public static Command Command(string name) => new($"{name}|help", 2, "Tells of the subcommands.", (session, request) => Answer(session, request, name));

    private static ValueTask Answer(Session session, Request request, string name)
    {
        string[] lines =
        [
            $"{name.ToUpperInvariant()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            .. Texts[name].ReplaceLineEndings("\n").Split('\n'),
            "HELP",
            "    Print this help.",
        ];
        session.Reply.Array(lines.Length);
        foreach (var line in lines)
            session.Reply.Simple(System.Text.Encoding.ASCII.GetBytes(line));
        return default;
    }
}
