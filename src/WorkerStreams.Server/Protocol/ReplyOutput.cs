using System.Buffers;
using System.IO.Pipelines;

namespace WorkerStreams.Server.Protocol;

/// <summary>
/// What replies are written into: the pipe that they leave by, and what is more than a piece is kept back. So a long reply leaves piece by piece, and it shows that it is being taken.
/// </summary>
internal sealed class ReplyOutput(PipeWriter pipe) : IBufferWriter<byte>, IDisposable
{
    // More than is written before it is sent where a reply can be sent in its middle.
    private const int PieceBytes = 128 * 1024;

    // The last one is being filled; of the first one so much is in the pipe.
    private readonly Queue<(byte[] Buffer, int Length)> _kept = [];
    private byte[] _buffer = [];
    private int _filled;
    private int _taken;
    private int _inPipe;
    private bool _isKept;

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _isKept = _filled > 0 || _kept.Count > 0 || _inPipe + sizeHint > PieceBytes;
        if (!_isKept)
            return pipe.GetMemory(sizeHint);
        if (_buffer.Length - _filled < Math.Max(sizeHint, 1))
        {
            Keep();
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, PieceBytes));
        }
        return _buffer.AsMemory(_filled);
    }

    public void Advance(int count)
    {
        if (_isKept)
        {
            _filled += count;
            return;
        }
        pipe.Advance(count);
        _inPipe += count;
    }

    /// <summary>Has the client take what is in the pipe.</summary>
    public ValueTask<FlushResult> FlushAsync()
    {
        _inPipe = 0;
        return pipe.FlushAsync();
    }

    /// <summary>Whether there was more; then a piece of it is in the pipe now.</summary>
    public bool HasMore()
    {
        Keep();
        if (!_kept.TryPeek(out var first))
            return false;
        var piece = first.Buffer.AsSpan(_taken, Math.Min(first.Length - _taken, PieceBytes));
        pipe.Write(piece);
        _taken += piece.Length;
        if (_taken == first.Length)
        {
            ArrayPool<byte>.Shared.Return(_kept.Dequeue().Buffer);
            _taken = 0;
        }
        return true;
    }

    public void Dispose()
    {
        Keep();
        while (_kept.TryDequeue(out var kept))
            ArrayPool<byte>.Shared.Return(kept.Buffer);
    }

    // What is being filled is complete.
    private void Keep()
    {
        if (_filled > 0)
            _kept.Enqueue((_buffer, _filled));
        else if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _filled) = ([], 0);
    }
}
