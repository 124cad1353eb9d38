using System.IO.Pipelines;
using System.Text;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>A client in this process, whose commands have been taken up once they are sent. Bytes are characters of Latin-1 here.</summary>
internal sealed class PipeClient : IDisposable
{
    private static readonly PipeOptions Inline = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private readonly Pipe _input = new(Inline), _output = new(Inline);
    private readonly CancellationTokenSource _gone = new();

    public PipeClient() =>
        Connection = new(_input.Reader, _output.Writer, null, null, End, () => IsCutOff = true, static () => Task.CompletedTask, _gone.Token);

    public ClientConnection Connection { get; }

    /// <summary>Whether the server has ended the connection, at once or in order.</summary>
    public bool IsCutOff { get; private set; }

    public async Task SendAsync(string bytes) => await _input.Writer.WriteAsync(Encoding.Latin1.GetBytes(bytes));

    /// <summary>So many bytes of what is answered.</summary>
    public async Task<string> ReadAsync(int count)
    {
        var read = await _output.Reader.ReadAtLeastAsync(count, ListenerHost.Patience);
        var taken = read.Buffer.Slice(0, count);
        var text = Encoding.Latin1.GetString(taken);
        _output.Reader.AdvanceTo(taken.End);
        return text;
    }

    /// <summary>Whether there is something to read.</summary>
    public bool IsAnswered
    {
        get
        {
            var isAnswered = _output.Reader.TryRead(out var read);
            if (isAnswered)
                _output.Reader.AdvanceTo(read.Buffer.Start);
            return isAnswered;
        }
    }

    /// <summary>Takes no more replies.</summary>
    public void EndReading() => _output.Reader.Complete();

    public void EndSending() => _input.Writer.Complete();

    public void Dispose() => _gone.Dispose();

    private void End()
    {
        IsCutOff = true;
        _input.Reader.CancelPendingRead();
    }
}
