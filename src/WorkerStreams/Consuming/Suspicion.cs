using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>
/// What is thought of entries that come back. Of those that another process, or this consumer before its start, had and has not settled, nobody tells how their last
/// delivery ended: one of them may be what ended the process.
/// </summary>
internal enum Suspicion
{
    /// <summary>They are new, or it is known how their last delivery ended.</summary>
    None,

    /// <summary>They are held only as handlers are free for them: those that wait would be counted a delivery more with each process that one of them ends.</summary>
    Some,

    /// <summary>The one that is held is handled while nothing else is.</summary>
    Alone,
}

/// <summary>An entry of which nobody tells how its last delivery ended, and whether it is to be handled while nothing else is.</summary>
internal readonly record struct Suspect(StreamEntryId Id, bool RunsAlone);
