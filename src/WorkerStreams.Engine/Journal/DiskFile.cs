using Microsoft.Win32.SafeHandles;

namespace WorkerStreams.Engine.Journal;

/// <summary>A file on the disk.</summary>
internal sealed class DiskFile(string path, FileMode mode) : IJournalFile
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);

    public string Name => Path.GetFileName(path);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(Span<byte> bytes, long offset)
    {
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(_handle, bytes[read..], offset + read) is > 0 and var more)
            read += more;
        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_handle, bytes, offset);

    public void Flush() => FileSystemCalls.FlushFile(_handle, path);

    public void Dispose() => _handle.Dispose();
}
