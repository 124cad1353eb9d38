using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Remote;

namespace WorkerStreams.Benchmarks.Listening;

/// <summary>Clients that each send a hundred XADD at once, and the next hundred once all are answered.</summary>
internal sealed class PipelinedAppends : IContestant, IDisposable
{
    private const string Stream = "appends";

    private readonly RespSocket[] _clients;

    private PipelinedAppends(RespSocket[] clients) => _clients = clients;

    public static async Task<PipelinedAppends> StartAsync(int port) => new(await Pipelines.ConnectAsync(port));

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        watch.Stop();
        await _clients[0].CallAsync("DEL", Stream);
        watch.Start();
        await Pipelines.RunAsync(_clients, Stream, messages);
        watch.Stop();
        if (await _clients[0].CallAsync("XLEN", Stream) != messages)
            throw new InvalidOperationException("Not every entry was appended once.");
    }

    public void Dispose() => Array.ForEach(_clients, static client => client.Dispose());
}
