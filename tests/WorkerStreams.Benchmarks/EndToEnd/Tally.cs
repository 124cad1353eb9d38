using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.EndToEnd;

/// <summary>Counts what handlers have handled, frees the producer's window, and tells when all is there.</summary>
internal sealed class Tally(Window? window = null)
{
    private TaskCompletionSource _all = new();
    private int _expected;
    private int _count;

    /// <summary>Starts anew. No handler runs meanwhile.</summary>
    public Task Expect(int messages)
    {
        (_expected, _count) = (messages, 0);
        _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _all.Task;
    }

    public void Add(OrderLine line)
    {
        if (line.Quantity <= 0)
            throw new InvalidOperationException("An order line lost its quantity.");
        var count = Interlocked.Increment(ref _count);
        window?.Passed(count - 1, count);
        if (count == _expected)
            _all.SetResult();
    }
}
