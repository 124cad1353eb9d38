namespace WorkerStreams.Samples.Tests;

public sealed class GettingStartedTests
{
    [Fact]
    public async Task A_published_message_reaches_its_handler_and_Ctrl_C_ends_the_program()
    {
        using var sample = SampleProcess.Start("GettingStarted");

        Assert.Contains("A-1: 49.99", await sample.ReadLineAsync("billed"), StringComparison.Ordinal);
        sample.Interrupt();
        var result = await sample.WaitForExitAsync();

        Assert.Equal(0, result.Status);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public void It_is_under_40_lines() =>
        Assert.InRange(File.ReadLines(Repository.PathOf("samples/GettingStarted/Program.cs")).Count(), 1, 39);
}
