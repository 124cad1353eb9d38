using WorkerStreams.Engine.Contract.Durable;
using WorkerStreams.Engine.Tests.InProcess;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>
/// An engine that is opened anew from its journal before every call, where no read waits and no checkpoint is being written: so nothing that any call has changed lives in
/// memory alone.
/// </summary>
public sealed class ReopenedFixture() : SizedFixture(nodeMaxEntries: 3)
{
    protected override IStreamEngine CreateEngine(InProcessEngineOptions options) => CrashingEngine.Create(options, new(1), callsPerCrash: 1).Engine;
}
