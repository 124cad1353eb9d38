using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Engine.Journal;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>The limit: one thread writes batches of records, as large as the journal's are, to a file that was written full of zeros, and flushes after each.</summary>
internal sealed class PlainLimit : IContestant, IDisposable
{
    // What a record of the journal has beside 200 bytes of payload: its header, what it tells of the entry, the field's name, lengths.
    private const int RecordBytes = Payload200.Length + 40;
    private const int FileBytes = 64 * 1024 * 1024;

    private readonly string _path;
    private readonly bool _flushes;
    private readonly FileStream _file;
    private readonly byte[] _record = new byte[RecordBytes];
    private readonly byte[] _batch;
    private int _offset;

    /// <param name="folder">Where the file is.</param>
    /// <param name="batch">The records of a batch.</param>
    /// <param name="flushes">Whether it flushes at all.</param>
    public PlainLimit(string folder, int batch, bool flushes = true)
    {
        (_path, _flushes, _batch) = (Path.Combine(folder, $"plain-{batch}-{flushes}"), flushes, new byte[batch * RecordBytes]);
        Array.Fill(_record, (byte)'x');
        _file = new(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        for (var written = 0; written < FileBytes; written += 1024 * 1024)
            _file.Write(new byte[1024 * 1024]);
        FileSystemCalls.FlushFile(_file.SafeFileHandle, _path);
    }

    public Task RunAsync(int messages, Stopwatch watch)
    {
        for (int left = messages, count; left > 0; left -= count)
        {
            count = Math.Min(left, _batch.Length / RecordBytes);
            for (var i = 0; i < count; i++)
                _record.CopyTo(_batch, i * RecordBytes);
            if (_offset + _batch.Length > FileBytes)
                _offset = 0;
            RandomAccess.Write(_file.SafeFileHandle, _batch.AsSpan(0, count * RecordBytes), _offset);
            _offset += count * RecordBytes;
            if (_flushes)
                FileSystemCalls.FlushFile(_file.SafeFileHandle, _path);
        }
        return Task.CompletedTask;
    }

    public void Dispose() => _file.Dispose();
}
