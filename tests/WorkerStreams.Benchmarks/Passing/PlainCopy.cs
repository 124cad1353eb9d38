using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>The rival that no queue can beat: copies a payload from one place to another, both in the nearest cache.</summary>
internal sealed class PlainCopy : IContestant
{
    private readonly byte[] _from = NumberedPayload.Create(1);
    private readonly byte[] _to = new byte[NumberedPayload.Length];

    public Task RunAsync(int messages, Stopwatch watch)
    {
        for (var i = 0; i < messages; i++)
            _from.AsSpan().CopyTo(_to);
        NumberedPayload.Check(_to, 1);
        return Task.CompletedTask;
    }
}
