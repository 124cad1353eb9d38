using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>The lock of a folder on the disk, and its room.</summary>
public sealed class FolderLockTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("journal").FullName;

    [Fact]
    public void One_whose_owner_cannot_be_told_is_given_back()
    {
        var owner = Path.Combine(_path, "owner");
        Directory.CreateDirectory(owner);
        var thrown = Assert.Throws<IOException>(() => new DiskFolder(_path).Lock());
        Assert.Contains("right to read and write", thrown.Message, StringComparison.Ordinal);
        Directory.Delete(owner);
        new DiskFolder(_path).Lock().Dispose();
    }

    [Fact]
    public void What_is_free_is_known_of_a_disk_and_of_nothing_else()
    {
        Assert.True(new DiskFolder(_path).FreeBytes > 0);
        Assert.Null(new DiskFolder(Path.Combine(_path, "nowhere")).FreeBytes);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
