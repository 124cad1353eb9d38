namespace WorkerStreams.Samples.Tests;

/// <summary>A file of a test's own, in a directory that goes with it.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samples-tests-");

    public TemporaryFile(string name, string? content = null)
    {
        Path = System.IO.Path.Combine(_directory.FullName, name);
        if (content is not null)
            File.WriteAllText(Path, content);
    }

    public string Path { get; }

    public void Dispose() => _directory.Delete(recursive: true);
}
