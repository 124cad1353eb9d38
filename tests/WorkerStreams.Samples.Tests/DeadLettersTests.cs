namespace WorkerStreams.Samples.Tests;

public sealed class DeadLettersTests
{
    [Fact]
    public async Task What_was_to_be_retried_is_booked_in_the_end()
    {
        using var sample = SampleProcess.Start("DeadLetters");

        Assert.Equal("booked 10.00 for alice: 10.00", await sample.ReadLineAsync("booked"));
        sample.Interrupt();
        var result = await sample.WaitForExitAsync();

        Assert.Equal(0, result.Status);
        Assert.Empty(result.Errors);
    }
}
