using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace WorkerStreams.Engine.Journal;

/// <summary>The calls of the operating system that the class library has not: fdatasync, and fsync of a folder.</summary>
internal static partial class FileSystemCalls
{
    private const int Interrupted = 4;
    private const int ReadOnly = 0;

    /// <summary>Makes a file's bytes durable, and of the rest only what is needed to read them.</summary>
    public static void FlushFile(SafeFileHandle file, string path)
    {
        // Elsewhere the class library does as much as the system can: on macOS a plain fsync would stop at the drive's cache.
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        while (fdatasync(file) != 0)
            ThrowUnlessInterrupted("fdatasync", path);
    }

    /// <summary>Makes a folder's names durable. Windows does so by itself.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int opened;
        while ((opened = open(path, ReadOnly)) < 0)
            ThrowUnlessInterrupted("open", path);
        using var folder = new SafeFileHandle(opened, ownsHandle: true);
        // Where the drive's cache cannot be flushed, that says nothing.
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(folder);
        while (fsync(folder) != 0)
            ThrowUnlessInterrupted("fsync", path);
    }

    private static void ThrowUnlessInterrupted(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != Interrupted)
            throw new IOException($"{call} of '{path}' failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error);
    }

#pragma warning disable IDE1006, SYSLIB1054 // Named as the system has them.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
#pragma warning restore IDE1006, SYSLIB1054
}
