using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>Publishers on an engine with a folder.</summary>
internal sealed class EngineAppends : IContestant, IDisposable
{
    private readonly InProcessStreamEngine _engine;
    private readonly StreamName _stream = "orders";
    private readonly int _publishers;

    public EngineAppends(string folder, FlushPolicy policy, int publishers)
    {
        _publishers = publishers;
        _engine = new(new() { DataDirectory = Path.Combine(folder, $"engine-{policy}-{publishers}"), FlushPolicy = policy });
    }

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        watch.Stop();
        await _engine.TrimAsync(_stream, StreamTrim.MaxLength(0));
        watch.Start();
        await Publishers.RunAsync(_publishers, messages, () => _engine.AppendAsync(_stream, Payload200.Entry));
        watch.Stop();
        if (await _engine.GetLengthAsync(_stream) != messages)
            throw new InvalidOperationException("Not every entry was appended once.");
    }

    public void Dispose() => _engine.Dispose();
}
