namespace WorkerStreams.Engine.Model;

/// <summary>How large a chunk of entries grows: the node of approximate trimming.</summary>
internal sealed record NodeLimits(int MaxEntries, int MaxBytes);
