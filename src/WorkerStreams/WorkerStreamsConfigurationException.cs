namespace WorkerStreams;

/// <summary>Settings of consumers, producers or the engine are wrong. The host does not start; the message lists every error at once.</summary>
public sealed class WorkerStreamsConfigurationException : Exception
{
    internal WorkerStreamsConfigurationException(IReadOnlyList<string> errors)
        : base($"WorkerStreams can't start, its configuration is wrong:{string.Concat(errors.Select(error => $"{Environment.NewLine}  {error}"))}") =>
        Errors = errors;

    /// <summary>One line for each error: the setting's full path or the call in code, the value, and what is allowed.</summary>
    public IReadOnlyList<string> Errors { get; }
}
