using System.Globalization;
using System.Runtime.InteropServices;
using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A journal on the disk itself.</summary>
public sealed class DiskFolderTests : IDisposable
{
    private const int Nobody = 65534, Superuser = 0;

    private readonly string _parent = Directory.CreateTempSubdirectory("journal").FullName;

    private string Folder => Path.Combine(_parent, "a", "b");

    [Fact]
    public async Task Records_and_checkpoints_are_there_again()
    {
        List<string> records = [];
        for (var life = 0; life < 3; life++)
        {
            using var journal = new OpenJournal(new DiskFolder(Folder), segmentBytes: 64 * 1024);
            Assert.Equal(records, journal.Found);
            for (var i = 0; i < 200; i++)
                await journal.CommitAsync(Texts.Of(life, i, 10 * i));
            journal.WriteCheckpoint();
            await journal.CommitAsync("after");
            records = journal.Records;
        }
    }

    [Fact]
    public void What_is_written_to_a_mapped_file_is_in_it_at_once_and_a_file_that_is_closed_takes_nothing()
    {
        var folder = new DiskFolder(Folder);
        folder.Create();
        var file = folder.Create("mapped");
        file.Write(new byte[10_000], 0);
        file.Map();
        file.Write("in the midst"u8, 5_000);
        file.Write("at the end"u8, 9_990);
        var there = File.ReadAllBytes(Path.Combine(Folder, "mapped"));
        Assert.Equal(10_000, there.Length);
        Assert.Equal("in the midst"u8, there.AsSpan(5_000, 12));
        Assert.Equal("at the end"u8, there.AsSpan(9_990));
        file.Flush();

        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Write("too late"u8, 0));
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused()
    {
        var file = Path.Combine(_parent, "file");
        File.WriteAllText(file, "");
        var thrown = Assert.ThrowsAny<IOException>(() => new OpenJournal(new DiskFolder(file)));
        Assert.Contains($"'{file}', is a file", thrown.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => new OpenJournal(new DiskFolder(Path.Combine(file, "folder"))));
    }

    [Fact]
    public async Task The_second_on_one_folder_is_refused_with_the_process_of_the_first()
    {
        using var first = new OpenJournal(new DiskFolder(Folder));
        await first.CommitAsync("a");
        var thrown = Assert.ThrowsAny<IOException>(() => new OpenJournal(new DiskFolder(Folder)));
        Assert.Contains($"in use by process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.", thrown.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<IOException>(() => FileJournal.Repair(new DiskFolder(Folder), first.Options));
        await first.CommitAsync("b");
        first.Dispose();
        using var second = new OpenJournal(new DiskFolder(Folder));
        Assert.Equal(["a", "b"], second.Found);
    }

    [Fact]
    public void A_folder_without_permission_is_refused()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only there a thread can do without the superuser's permission.");
            return;
        }
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // Nobody but the superuser may, or needs to.
        var user = SetFileSystemUser(Nobody);
        var thrown = Record.Exception(() => new DiskFolder(Folder).Lock());
        Assert.Equal(user == Superuser ? Nobody : user, SetFileSystemUser(user));
        Assert.Contains("right to read and write", Assert.IsType<IOException>(thrown).Message, StringComparison.Ordinal);
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_flush_that_fails_says_of_what_and_why()
    {
        var thrown = Assert.ThrowsAny<IOException>(() => new DiskFolder(Folder).Flush());
        Assert.Contains($"'{Folder}'", thrown.Message, StringComparison.Ordinal);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Folders are not flushed there.");
        Assert.Contains("(errno 2)", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_and_folders_are_flushed_by_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there are some that cannot be.");
        using var file = File.OpenHandle("/proc/self/status");
        Assert.Contains("fdatasync of 'status' failed", Assert.Throws<IOException>(() => FileSystemCalls.FlushFile(file, "status")).Message, StringComparison.Ordinal);
        Assert.Contains("fsync of '/proc' failed", Assert.Throws<IOException>(() => FileSystemCalls.FlushFolder("/proc")).Message, StringComparison.Ordinal);
    }

    /// <summary>As whom this thread, and none other, uses files.</summary>
    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(int user);

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
