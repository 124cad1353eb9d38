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
            CACHING (YES|NO)
                Enable/disable tracking of the keys for next command in OPTIN/OPTOUT modes.
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
            TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]
                     [OPTIN] [OPTOUT] [NOLOOP]
                Control server assisted client side caching.
            TRACKINGINFO
                Report tracking status for the current connection.
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
            GETKEYS <full-command>
                Return the keys from a full Redis command.
            INFO [<command-name> ...]
                Return details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            DOCS [<command-name> ...]
                Return documentation details about multiple Redis commands.
                If no command names are given, documentation details for all
                commands are returned.
            """,
        ["acl"] =
            """
            WHOAMI
                Return the current connection username.
            """,
        ["slowlog"] =
            """
            GET [<count>]
                Return top <count> entries from the slowlog (default: 10, -1 mean all).
                Entries are made of:
                id, timestamp, time in microseconds, arguments array, client IP and port,
                client name
            LEN
                Return the length of the slowlog.
            RESET
                Reset the slowlog.
            """,
        ["function"] =
            """
            LIST [LIBRARYNAME PATTERN] [WITHCODE]
                Return general information on all the libraries:
                * Library name
                * The engine used to run the Library
                * Functions list
                * Library code (if WITHCODE is given)
                It also possible to get only function that matches a pattern using LIBRARYNAME argument.
            FLUSH [ASYNC|SYNC]
                Delete all the libraries.
                When called without the optional mode argument, the behavior is determined by the
                lazyfree-lazy-user-flush configuration directive. Valid modes are:
                * ASYNC: Asynchronously flush the libraries.
                * SYNC: Synchronously flush the libraries.
            """,
        ["script"] =
            """
            EXISTS <sha1> [<sha1> ...]
                Return information about the existence of the scripts in the script cache.
            FLUSH [ASYNC|SYNC]
                Flush the Lua scripts cache. Very dangerous on replicas.
                When called without the optional mode argument, the behavior is determined by the
                lazyfree-lazy-user-flush configuration directive. Valid modes are:
                * ASYNC: Asynchronously flush the scripts cache.
                * SYNC: Synchronously flush the scripts cache.
            """,
        ["debug"] =
            """
            SLEEP <seconds>
                Stop the server for <seconds>. Decimals allowed.
            """,
    };

    /// <summary>HELP of a command.</summary>
    /// <param name="name">In small letters.</param>
    public static Command Command(string name) => new($"{name}|help", 2, "Tells of the subcommands.", (session, _) =>
    {
        Answer(session, name);
        return default;
    });

    /// <summary>Answers with the help of a command.</summary>
    public static void Answer(Session session, string name)
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
    }
}
