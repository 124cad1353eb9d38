using System.Buffers;
using System.IO.Pipelines;

namespace WorkerStreams.Server.Sessions;

/// <summary>What a client sends. It is read on while a command of the client's waits, for nothing else tells that the client has gone.</summary>
/// <param name="input">Where it comes from.</param>
/// <param name="mostAhead">The bytes that a client may send while it waits.</param>
internal sealed class ClientInput(PipeReader input, int mostAhead)
{
    private Task<ReadResult>? _reading;
    private ArrayBufferWriter<byte>? _ahead;
    private bool _isComplete;

    /// <summary>What has come. <see cref="Took"/> has to follow.</summary>
    public ValueTask<ReadResult> ReadAsync()
    {
        if (_ahead is not null || _isComplete)
            return new(new ReadResult(new(_ahead?.WrittenMemory ?? default), isCanceled: false, _isComplete));
        var reading = _reading is { } begun ? new ValueTask<ReadResult>(begun) : input.ReadAsync();
        _reading = null;
        return reading;
    }

    /// <summary>All of that is taken.</summary>
    public void Took(in ReadResult received)
    {
        if (_ahead is null && !_isComplete)
            input.AdvanceTo(received.Buffer.End);
        _ahead = null;
    }

    /// <summary>Reads no more. Then what it comes from may go.</summary>
    public async Task EndAsync()
    {
        if (_reading is not { } reading)
            return;
        input.CancelPendingRead();
        await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Reads ahead until a wait of the client's has ended.</summary>
    /// <returns>False once it has gone, is to go, or has sent too much; then the wait is still to be ended.</returns>
    public async Task<bool> StaysDuringAsync(Task wait)
    {
        while (!wait.IsCompleted)
        {
            _reading ??= input.ReadAsync().AsTask();
            await Task.WhenAny(wait, _reading);
            if (wait.IsCompleted)
                break;
            var received = await _reading;
            _reading = null;
            if (received.IsCanceled)
                return false;
            _ahead ??= new();
            foreach (var part in received.Buffer)
                _ahead.Write(part.Span);
            input.AdvanceTo(received.Buffer.End);
            _isComplete = received.IsCompleted;
            if (_isComplete || _ahead.WrittenCount > mostAhead)
                return false;
        }
        return true;
    }
}
