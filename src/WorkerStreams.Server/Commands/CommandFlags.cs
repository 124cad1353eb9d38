namespace WorkerStreams.Server.Commands;

/// <summary>What COMMAND tells of commands by single words, as Redis tells it.</summary>
internal static class CommandFlags
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["admin loading stale"] = "slowlog|get slowlog|len slowlog|reset",
        ["admin noscript loading stale"] = "client|kill client|list client|no-evict client|unblock config|get config|resetstat config|set debug",
        ["blocking"] = "wait",
        ["fast"] = "asking ping",
        ["loading stale"] = "acl|help client|help command command|count command|docs command|getkeys command|help command|info command|list config|help function|help info object|help script|help slowlog|help xgroup|help xinfo|help",
        ["loading stale fast"] = "echo lastsave readonly readwrite select time",
        ["noscript"] = "function|list script|exists script|flush",
        ["noscript loading stale"] = "acl|whoami client|caching client|getname client|getredir client|id client|info client|no-touch client|reply client|setinfo client|setname client|tracking client|trackinginfo",
        ["noscript loading stale fast"] = "role",
        ["noscript loading stale fast allow_busy"] = "discard multi unwatch watch",
        ["noscript loading stale fast no_auth allow_busy"] = "auth hello quit reset",
        ["noscript loading stale skip_slowlog"] = "exec",
        ["readonly"] = "dump hgetall keys lrange object|encoding object|freq object|idletime object|refcount randomkey scan smembers xinfo|consumers xinfo|groups xinfo|stream xpending xrange xrevrange",
        ["readonly blocking movablekeys"] = "xread",
        ["readonly fast"] = "dbsize exists expiretime get hget hlen llen mget pexpiretime pttl scard sismember strlen touch ttl type xlen",
        ["write"] = "del flushall flushdb rename xgroup|delconsumer xgroup|destroy xgroup|setid xtrim",
        ["write blocking"] = "blpop brpop",
        ["write blocking movablekeys"] = "xreadgroup",
        ["write denyoom"] = "copy mset restore set xgroup|create xgroup|createconsumer",
        ["write denyoom fast"] = "append decr decrby hset incr incrby lpush rpush sadd setnx xadd xidmprecord xsetid",
        ["write fast"] = "delex expire expireat getdel hdel lpop move persist pexpire pexpireat renamenx rpop srem swapdb unlink xack xackdel xautoclaim xcfgset xclaim xdel xdelex xnack",
        ["write noscript"] = "function|flush",
    };

    private static readonly Dictionary<string, string[]> ByName =
        (from flags in Names
         from name in flags.Value.Split(' ')
         select (name, flags.Key.Split(' '))).ToDictionary();

    public static string[] Of(Command command) =>
        ByName.TryGetValue(command.Name, out var flags) ? flags
        : command.Subcommands.Count > 0 || command.Name == "cluster" ? []
        : command.Writes ? ["write"]
        : ["readonly"];
}
