using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace WorkerStreams.Engine.Journal;

/// <summary>A folder on the disk.</summary>
internal sealed class DiskFolder(string path) : IJournalFolder
{
    private const string LockName = "lock";
    private const string OwnerName = "owner";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public long? FreeBytes
    {
        get
        {
            // There a path stands for its root, which may be another volume than the folder's.
            if (OperatingSystem.IsWindows())
                return null;
            try
            {
                var drive = new DriveInfo(Path);
                // Some that are no disks have neither.
                return drive.TotalSize > 0 ? drive.AvailableFreeSpace : null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
            {
                return null;
            }
        }
    }

    public void Create()
    {
        if (File.Exists(Path))
            throw new IOException($"The folder for the journal, '{Path}', is a file. Name a folder, or a path where there is nothing yet.");
        if (Directory.Exists(Path))
            return;
        Permitted(static folder =>
        {
            Stack<string> parents = new();
            for (var made = folder.Path; !Directory.Exists(made) && System.IO.Path.GetDirectoryName(made) is { } parent; made = parent)
                parents.Push(parent);
            Directory.CreateDirectory(folder.Path);
            // Or a crash may leave the folder itself unknown.
            foreach (var parent in parents)
                FileSystemCalls.FlushFolder(parent);
            return true;
        });
    }

    public IDisposable Lock()
    {
        var handle = OpenLock();
        try
        {
            // Beside the lock, since nobody else can read a file that is locked.
            return Permitted(folder =>
            {
                File.WriteAllText(folder.At(OwnerName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return handle;
            });
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> List() => Permitted(static folder =>
        Directory.GetFiles(folder.Path).Select(file => System.IO.Path.GetFileName(file)).Where(name => name is not (LockName or OwnerName)).ToList());

    public IJournalFile Open(string name) => Permitted(folder => new DiskFile(folder.At(name), FileMode.Open));

    public IJournalFile Create(string name) => Permitted(folder => new DiskFile(folder.At(name), FileMode.Create));

    public void Rename(string from, string to) => Permitted(folder =>
    {
        File.Move(folder.At(from), folder.At(to), overwrite: true);
        return true;
    });

    public void Delete(string name) => Permitted(folder =>
    {
        File.Delete(folder.At(name));
        return true;
    });

    public void Flush() => FileSystemCalls.FlushFolder(Path);

    // EWOULDBLOCK of flock, in Linux's and in macOS's number, and ERROR_SHARING_VIOLATION.
    private static bool IsSharingViolation(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    private SafeFileHandle OpenLock()
    {
        try
        {
            return Permitted(static folder => File.OpenHandle(folder.At(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (File.Exists(At(LockName)) && IsSharingViolation(error))
        {
            throw new IOException(
                $"The journal in '{Path}' is in use by {Owner()}. Only one process at a time can have it: end that one, or name another folder.", error);
        }
    }

    private string Owner()
    {
        try
        {
            return $"process {File.ReadAllText(At(OwnerName))}";
        }
        catch (IOException)
        {
            return "another process";
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private T Permitted<T>(Func<DiskFolder, T> action)
    {
        try
        {
            return action(this);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(
                $"The journal's folder '{Path}' cannot be used: {error.Message} This process's user needs the right to read and write there.", error);
        }
    }
}
