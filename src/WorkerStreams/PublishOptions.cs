using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>The options of one publish.</summary>
public sealed record PublishOptions
{
    /// <summary>Headers to travel with the message; the handler finds them in <see cref="StreamContext.Headers"/>. Default: none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The id asked for; for one message only. Default: the engine makes it.</summary>
    public NewEntryId Id { get; init; }

    /// <summary>
    /// The ids asked for, one for each message of <c>PublishManyAsync</c>, in their order: ids that are given and the same again let a publish that is repeated be
    /// recognised, for the engine refuses what is not greater than the stream's last id. Default: null, the engine makes them.
    /// </summary>
    public IReadOnlyList<NewEntryId>? Ids { get; init; }
}
