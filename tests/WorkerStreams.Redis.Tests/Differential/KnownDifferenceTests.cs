namespace WorkerStreams.Redis.Tests.Differential;

public sealed class KnownDifferenceTests
{
    [Fact]
    public void Each_is_on_the_page_for_users()
    {
        using var reader = new StreamReader(typeof(KnownDifferenceTests).Assembly.GetManifestResourceStream("redis.md")!);
        var page = reader.ReadToEnd();
        Assert.All(KnownDifference.All, known => Assert.Contains($"- {known.Reason}.\n", page, StringComparison.Ordinal));
    }
}
