using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>The options of one publish.</summary>
public sealed record PublishOptions
{
    /// <summary>Headers to travel with the message; the handler finds them in <see cref="StreamContext.Headers"/>. Default: none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The id asked for; for one message only. Default: the engine makes it.</summary>
    public NewEntryId Id { get; init; }
}
