namespace WorkerStreams.Samples.Tests;

public sealed class EngineAloneTests
{
    [Fact]
    public async Task An_entry_is_appended_once_handed_back_claimed_and_deleted_and_its_stream_renamed_and_restored()
    {
        var result = await SampleProcess.RunAsync("EngineAlone");

        Assert.Equal(
            ["the same entry: True, of 1", "one has number A-1, delivery 1", "two has number A-1, delivery 2", "Deleted, of 0", "streams: archive, restored; groups: 1"],
            result.Output);
        Assert.Equal((0, ""), (result.Status, result.Errors));
    }
}
