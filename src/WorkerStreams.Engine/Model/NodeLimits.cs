namespace WorkerStreams.Engine.Model;

/// <summary>How large a chunk of entries grows: the node of approximate trimming.</summary>
internal readonly record struct NodeLimits(int MaxEntries, int MaxBytes);
