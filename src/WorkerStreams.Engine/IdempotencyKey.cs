namespace WorkerStreams.Engine;

/// <summary>
/// By what an append is known, so that it is done once however often it is asked for: IDMP and IDMPAUTO of XADD (Redis 8.6). Remembered of each producer are the last
/// <see cref="IdempotencyInfo.MaxIds"/> appends, each until the time in its id is <see cref="IdempotencyInfo.Duration"/> ago.
/// </summary>
public readonly record struct IdempotencyKey
{
    private IdempotencyKey(StreamName producer, StreamName? id) => (Producer, Id) = (producer, id);

    /// <summary>Who appends: ids of one say nothing about those of another.</summary>
    public StreamName Producer { get; }

    /// <summary>The append among those of the producer, or null where its fields tell it.</summary>
    public StreamName? Id { get; }

    /// <summary>IDMP: the append is known by an id of the producer's.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidArgument"/>: one of them is empty.</exception>
    public static IdempotencyKey Of(StreamName producer, StreamName id) =>
        producer.IsEmpty ? throw StreamEngineException.InvalidArgument("syntax error, IDMP requires a non-empty producer ID")
        : id.IsEmpty ? throw StreamEngineException.InvalidArgument("syntax error, IDMP requires a non-empty idempotent ID")
        : new(producer, id);

    /// <summary>IDMPAUTO: the append is known by its fields, in whatever order.</summary>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.InvalidArgument"/>: it is empty.</exception>
    public static IdempotencyKey OfFields(StreamName producer) =>
        producer.IsEmpty ? throw StreamEngineException.InvalidArgument("syntax error, IDMPAUTO requires a non-empty producer ID") : new(producer, null);
}
