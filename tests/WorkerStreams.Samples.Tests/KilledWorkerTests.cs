namespace WorkerStreams.Samples.Tests;

/// <summary>A process that is ended by SIGKILL and started again.</summary>
public sealed class KilledWorkerTests
{
    [Fact]
    public async Task The_next_one_has_its_name_and_its_entry_long_before_the_lease_is_over()
    {
        await using var group = await WorkerGroup.StartAsync();
        var killed = Start(TimeSpan.FromMinutes(1));
        await group.AppendAsync([1]);
        await killed.ReadLineAsync("started 1");
        killed.Kill();
        await killed.WaitForExitAsync();

        var next = Start(TimeSpan.Zero);
        await next.ReadLineAsync("handled 1");
        Assert.All(await group.PendingAsync(), static entry => Assert.Equal((1, "worker", 2), entry));
        await group.UntilAllIsSettledAsync();

        SampleProcess Start(TimeSpan handling) => group.StartWorker("worker", concurrency: 1, prefetch: 1, maxDeliveries: 5, handling, lease: TimeSpan.FromHours(1));
    }
}
