using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Tests.Fuzzing;

/// <summary>A server whose clients are in memory: no sockets, and a clock that goes on with each piece of what they send.</summary>
internal sealed class MemoryServer : IDisposable
{
    private static readonly PipeOptions AtOnce = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly FakeTimeProvider _time = new();
    private readonly InProcessStreamEngine _engine;
    private readonly RespServer _server;

    public MemoryServer(RespListenerOptions options)
    {
        _engine = new(new() { TimeProvider = _time });
        _server = new(_engine, options, _time);
    }

    /// <summary>A client comes, sends pieces, and ends what it sends.</summary>
    /// <returns>All that it is answered.</returns>
    public async Task<byte[]> GiveAsync(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var (input, answer) = (new Pipe(AtOnce), new MemoryStream());
        var output = PipeWriter.Create(answer, new(leaveOpen: true));
        using var gone = new CancellationTokenSource();
        var serving = _server.ServeAsync(new(input.Reader, output, null, null, Abort, Abort, CloseAsync, gone.Token));
        foreach (var piece in pieces)
        {
            if ((await input.Writer.WriteAsync(piece)).IsCompleted)
                break;
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        await input.Writer.CompleteAsync();
        await serving;
        return answer.ToArray();

        void Abort()
        {
            gone.Cancel();
            input.Reader.CancelPendingRead();
        }

        async Task CloseAsync()
        {
            await input.Reader.CompleteAsync();
            await output.CompleteAsync();
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        _engine.Dispose();
    }
}
