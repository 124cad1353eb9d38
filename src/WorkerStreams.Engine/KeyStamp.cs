namespace WorkerStreams.Engine;

/// <summary>Tells a stream from another that had its name before, and from itself as it was before a change.</summary>
/// <param name="Stream">The stream's own: no other one of the engine ever has the same.</param>
/// <param name="Version">Goes up with each change of its entries. What changes groups, or what is remembered of appends, alone is none, as for Redis's WATCH.</param>
public readonly record struct KeyStamp(long Stream, long Version);
