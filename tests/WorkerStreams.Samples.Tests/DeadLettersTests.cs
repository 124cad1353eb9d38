namespace WorkerStreams.Samples.Tests;

public sealed class DeadLettersTests
{
    [Fact]
    public async Task What_was_to_be_retried_or_redriven_is_booked_in_the_end()
    {
        using var sample = SampleProcess.Start("DeadLetters");

        Assert.Equal("booked 10.00 for alice: 10.00", await sample.ReadLineAsync("booked"));
        Assert.Equal("booked 20.00 for bob: 20.00", await sample.ReadLineAsync("booked"));
        sample.Interrupt();
        var result = await sample.WaitForExitAsync();

        Assert.Equal(0, result.Status);
        Assert.Contains("given up by booking: handler-failed: ws:Payment {\"account\":\"alice\",\"amount\":\"ten\"}", result.Output);
        Assert.Contains("given up by booking: no account bob: ws:Payment {\"account\":\"bob\",\"amount\":\"20.00\"}", result.Output);
        Assert.Contains("redriven: 1", result.Output);
        Assert.Empty(result.Errors);
    }
}
