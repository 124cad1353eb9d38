using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.EngineWorker;

/// <summary>A command about who has a consumer's name: one consumer's, or of all of the group.</summary>
internal sealed record NameCommand(string Text, Func<IStreamEngine, Task<string>> Run, StreamName Stream, StreamName Group, StreamName Consumer) : RandomCommand(Text, Run)
{
    public bool IsOfAll => Consumer.IsEmpty;
}
