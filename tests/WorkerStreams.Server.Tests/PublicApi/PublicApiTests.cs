using System.Reflection;
using PublicApiGenerator;

namespace WorkerStreams.Server.Tests.PublicApi;

/// <summary>The public API is what it was: a change of it must be meant, and is then written into the file beside this test.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Is_unchanged()
    {
        var actual = typeof(RespListener).Assembly.GeneratePublicApi(new() { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] }).ReplaceLineEndings("\n");
        var approved = Path.Combine(SourceFolder, "WorkerStreams.Server.txt");
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (actual == expected)
            return;
        var received = Path.Combine(AppContext.BaseDirectory, "WorkerStreams.Server.received.txt");
        File.WriteAllText(received, actual);
        Assert.Fail($"The public API of WorkerStreams.Server has changed. If that is meant: cp {received} {approved}");
    }

    private static string SourceFolder =>
        typeof(PublicApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PublicApiFolder").Value!;
}
