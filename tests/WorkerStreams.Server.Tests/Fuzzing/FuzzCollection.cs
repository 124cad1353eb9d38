namespace WorkerStreams.Server.Tests.Fuzzing;

/// <summary>Tests that measure the memory of the whole process, and so run alone.</summary>
[CollectionDefinition(nameof(FuzzCollection), DisableParallelization = true)]
public sealed class FuzzCollection;
