using WorkerStreams.Configuration;

namespace WorkerStreams.Health;

/// <summary>How a consumer is doing, at one moment.</summary>
internal sealed record ConsumerStatus
{
    public required ConsumerPlan Plan { get; init; }

    public required ConsumerState State { get; init; }

    /// <summary>The time since its read loop last asked the engine for new entries, or since the start where it has not yet.</summary>
    public required TimeSpan SinceLastLoop { get; init; }

    /// <summary>Messages being handled.</summary>
    public required int Running { get; init; }

    /// <summary>Messages read ahead that wait for a handler.</summary>
    public required int Waiting { get; init; }

    public required long Handled { get; init; }

    public required long Failed { get; init; }

    public required long DeadLettered { get; init; }

    /// <summary>The last failure of a handler or of a loop.</summary>
    public required Exception? LastError { get; init; }
}

internal enum ConsumerState
{
    /// <summary>The read loop has not asked for entries yet.</summary>
    Starting,

    Running,

    /// <summary>A loop faulted and waits to start anew.</summary>
    Restarting,

    /// <summary>The host shuts down: no entries are read, those held are drained.</summary>
    Stopping,

    Stopped,
}
