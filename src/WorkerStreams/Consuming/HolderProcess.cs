using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>A process that holds consumers' names, and what it knows of the others that do.</summary>
/// <param name="Id">What tells it from every other process.</param>
/// <param name="HasEnded">Whether the process of that id has certainly ended.</param>
internal sealed record HolderProcess(string Id, Func<string, bool> HasEnded)
{
    private const char Separator = '/';

    /// <summary>This one.</summary>
    public static HolderProcess Current { get; } = new(ProcessId.Current, ProcessId.HasEnded);

    /// <summary>One that no other consumer is, of this process or another.</summary>
    public StreamName CreateHolder() => $"{Id}{Separator}{Guid.NewGuid():N}";

    public bool IsDead(StreamName holder) => $"{holder}".Split(Separator) is [var id, _] && HasEnded(id);
}
