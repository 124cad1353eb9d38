using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace WorkerStreams.Engine.Journal;

/// <summary>A file on the disk.</summary>
internal sealed class DiskFile(string path, FileMode mode) : IJournalFile
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);

    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _mapped;

    public string Name => Path.GetFileName(path);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(Span<byte> bytes, long offset)
    {
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(_handle, bytes[read..], offset + read) is > 0 and var more)
            read += more;
        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (_mapped is { } mapped)
            mapped.SafeMemoryMappedViewHandle.WriteSpan((ulong)offset, bytes);
        else
            RandomAccess.Write(_handle, bytes, offset);
    }

    public void Map()
    {
        // Elsewhere a flush of the file says nothing of its mapped memory.
        if (!OperatingSystem.IsLinux() || _mapped is not null)
            return;
        try
        {
            _map = MemoryMappedFile.CreateFromFile(_handle, mapName: null, capacity: 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            _mapped = _map.CreateViewAccessor();
        }
        catch (IOException)
        {
            // Where there is no memory for that, calls will do.
        }
    }

    public void Flush() => FileSystemCalls.FlushFile(_handle, path);

    public void Dispose()
    {
        _mapped?.Dispose();
        _map?.Dispose();
        _handle.Dispose();
    }
}
