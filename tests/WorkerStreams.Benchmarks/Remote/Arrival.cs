using System.Diagnostics;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>Tells a publisher when its message has reached the handler.</summary>
internal sealed class Arrival
{
    private TaskCompletionSource<long> _arrived = new();

    public Task<long> Expect() => (_arrived = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Tell() => _arrived.TrySetResult(Stopwatch.GetTimestamp());
}
