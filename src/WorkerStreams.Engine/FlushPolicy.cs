namespace WorkerStreams.Engine;

/// <summary>What a durable engine promises of a call that has returned. Whatever the policy, it survives the end of the process, however that comes.</summary>
public enum FlushPolicy
{
    /// <summary>It is on the disk: it survives a power failure and a crash of the operating system. Calls made at the same time share one flush.</summary>
    Always,

    /// <summary>It is with the operating system, and a flush brings it to the disk, which one begins each second: a power failure or a crash of the operating system may take the last second, and as much longer as the disk takes for a flush. The default.</summary>
    EverySecond,

    /// <summary>It is with the operating system, which writes it to the disk when it likes. A checkpoint and a clean end of the engine flush all the same.</summary>
    Never,
}
