using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.EngineWorker;

/// <summary>A command about who has a consumer's name, which leaves it, or does not.</summary>
internal sealed record NameCommand(string Text, Func<IStreamEngine, Task<string>> Run, StreamName Stream, StreamName Group, StreamName Consumer, bool Leaves) : RandomCommand(Text, Run);
