using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.EngineWorker;

/// <summary>A command that collects the consumers of a group whose names were left.</summary>
internal sealed record CollectCommand(string Text, Func<IStreamEngine, Task<string>> Run, StreamName Stream, StreamName Group) : RandomCommand(Text, Run);
