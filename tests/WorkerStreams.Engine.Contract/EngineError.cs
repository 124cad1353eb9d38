namespace WorkerStreams.Engine.Contract;

/// <summary>What a refused command says, word for word.</summary>
public readonly record struct EngineError(StreamErrorCode Code, string Text)
{
    public static EngineError InvalidId { get; } = new(StreamErrorCode.InvalidId, "ERR Invalid stream ID specified as stream command argument");

    public static EngineError InvalidStart { get; } = new(StreamErrorCode.InvalidRange, "ERR invalid start ID for the interval");

    public static EngineError InvalidEnd { get; } = new(StreamErrorCode.InvalidRange, "ERR invalid end ID for the interval");

    public static EngineError IdIsZero { get; } = new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XADD must be greater than 0-0");

    public static EngineError IdTooSmall { get; } =
        new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XADD is equal or smaller than the target stream top item");

    public static EngineError TooLarge { get; } = new(StreamErrorCode.EntryTooLarge, "ERR Elements are too large to be stored");

    public static EngineError IdsExhausted { get; } =
        new(StreamErrorCode.IdTooSmall, "ERR The stream has exhausted the last possible ID, unable to add more items");

    public static EngineError NoFields { get; } = Argument("wrong number of arguments for 'xadd' command");

    public static EngineError Syntax { get; } = Argument("syntax error");

    public static EngineError NegativeTimeout { get; } = Argument("timeout is negative");

    public static EngineError UndeliveredWithoutGroup { get; } =
        Argument("The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.");

    public static EngineError NegativeMinIdle { get; } = Argument("min-idle-time must be a positive integer");

    public static EngineError EndInGroup { get; } = MeaninglessInGroup("$");

    public static EngineError LastInGroup { get; } = MeaninglessInGroup("+");

    public static EngineError NoKey { get; } = new(StreamErrorCode.NoStream, "ERR no such key");

    public static EngineError GroupNeedsKey { get; } = new(
        StreamErrorCode.NoStream,
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.");

    public static EngineError GroupExists { get; } = new(StreamErrorCode.GroupExists, "BUSYGROUP Consumer Group name already exists");

    public static EngineError EntriesReadNegative { get; } = Argument("value for ENTRIESREAD must be positive or -1");

    public static EngineError DeliveryCountNegative { get; } = Argument("Invalid RETRYCOUNT option argument for XCLAIM");

    /// <summary>Of this seam: in Redis the option that comes last holds, and a request has no order.</summary>
    public static EngineError IdleWithTime { get; } = Argument("syntax error, IDLE and TIME at the same time are not compatible");

    public static EngineError OnceWithId { get; } = Argument("syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs");

    public static EngineError NoProducer { get; } = Argument("producer ID must be non-empty");

    public static EngineError NoIdempotentId { get; } = Argument("idempotent ID must be non-empty");

    public static EngineError NoSuchEntry { get; } = Argument("No such message in stream");

    public static EngineError KnownByOther { get; } = Argument("IID already exists for this producer with a different stream ID");

    public static EngineError NackCountNegative { get; } = Argument("Invalid RETRYCOUNT value, must be >= 0");

    public static EngineError CountNotPositive { get; } = Argument("COUNT must be > 0");

    public static EngineError SetIdBelowTop { get; } =
        new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XSETID is smaller than the target stream top item");

    public static EngineError SetIdBelowGivenDeleted { get; } =
        new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");

    public static EngineError SetIdBelowDeleted { get; } =
        new(StreamErrorCode.IdTooSmall, "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");

    public static EngineError EntriesAddedBelowLength { get; } = Argument("The entries_added specified in XSETID is smaller than the target stream length");

    public static EngineError EntriesAddedNegative { get; } = Argument("entries_added must be positive");

    public static EngineError WrongType { get; } =
        new(StreamErrorCode.WrongType, "WRONGTYPE Operation against a key holding the wrong kind of value");

    public static EngineError NoGroup(StreamName stream, StreamName group) =>
        new(StreamErrorCode.NoGroup, $"NOGROUP No such key '{stream}' or consumer group '{group}'");

    public static EngineError NoGroupToRead(StreamName stream, StreamName group) =>
        new(StreamErrorCode.NoGroup, $"NOGROUP No such key '{stream}' or consumer group '{group}' in XREADGROUP with GROUP option");

    public static EngineError NoGroupInStream(StreamName stream, StreamName group) =>
        new(StreamErrorCode.NoGroup, $"NOGROUP No such consumer group '{group}' for key name '{stream}'");

    private static EngineError Argument(string text) => new(StreamErrorCode.InvalidArgument, "ERR " + text);

    private static EngineError MeaninglessInGroup(string id) => Argument(
        $"The {id} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, "
        + $"or use the > ID to get new messages. The {id} ID would just return an empty result set.");
}
