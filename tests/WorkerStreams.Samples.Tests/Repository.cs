namespace WorkerStreams.Samples.Tests;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "WorkerStreams.sln")))
                return directory.FullName;
        throw new InvalidOperationException($"There is no WorkerStreams.sln above {AppContext.BaseDirectory}.");
    }
}
