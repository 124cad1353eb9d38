using System.Reflection;
using PublicApiGenerator;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.PublicApi;

/// <summary>The public API is what it was: a change of it must be meant, and is then written into the file beside this test.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("WorkerStreams", typeof(IStreamHandler<>))]
    [InlineData("WorkerStreams.Engine", typeof(IStreamEngine))]
    public void Is_unchanged(string name, Type anyType)
    {
        var actual = anyType.Assembly.GeneratePublicApi(new() { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n");
        var approved = Path.Combine(SourceFolder, $"{name}.txt");
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (actual == expected)
            return;
        var received = Path.Combine(AppContext.BaseDirectory, $"{name}.received.txt");
        File.WriteAllText(received, actual);
        Assert.Fail($"The public API of {name} has changed. If that is meant: cp {received} {approved}");
    }

    private static string SourceFolder =>
        typeof(PublicApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "PublicApiFolder").Value!;
}
