namespace WorkerStreams.Engine.Model;

/// <summary>How large chunks grow that are begun from now on. Those that are there stay as they are.</summary>
internal sealed class NodeGrain(NodeLimits limits)
{
    private volatile NodeLimits _limits = limits;

    public NodeLimits Limits
    {
        get => _limits;
        set => _limits = value;
    }
}
