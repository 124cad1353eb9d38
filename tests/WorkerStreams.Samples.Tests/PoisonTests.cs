namespace WorkerStreams.Samples.Tests;

/// <summary>A message that ends the process that handles it, among a thousand others that the process has read ahead.</summary>
public sealed class PoisonTests
{
    private const int Messages = 1000, Concurrency = 8;

    private const int Killed = 128 + 9;

    private static readonly TimeSpan Handling = TimeSpan.FromMilliseconds(1), Lease = TimeSpan.FromSeconds(1);

    /// <param name="maxDeliveries">So often it ends a process.</param>
    /// <param name="sameName">Whether a process is started again under the same name at once, or another one takes over after the lease.</param>
    /// <param name="poisons">The numbers of the deadly ones.</param>
    [Theory]
    [InlineData(2, true, 3)]
    [InlineData(3, false, 3, 700)]
    [InlineData(5, true, 500)]
    public async Task It_alone_is_dead_lettered_and_the_others_are_handled_once_each(int maxDeliveries, bool sameName, params int[] poisons)
    {
        await using var group = await WorkerGroup.StartAsync();
        await group.AppendAsync([.. Enumerable.Range(0, Messages)], poisons);
        var (told, ends) = (new List<string>(), 0);
        while (!await group.IsAllSettledAsync())
        {
            var worker = group.StartWorker($"w{(sameName ? 0 : ends)}", Concurrency, 2 * Messages, maxDeliveries, Handling, Lease);
            var (end, settled) = (worker.WaitForExitAsync(), group.UntilAllIsSettledAsync());
            if (await Task.WhenAny(end, settled) == settled)
            {
                await settled;
                worker.Interrupt();
            }
            else
            {
                Assert.Equal(Killed, (await end).Status);
                ends++;
            }
            told.AddRange((await end).Output);
        }

        var handled = told.Where(static line => line.StartsWith("handled ", StringComparison.Ordinal)).Select(static line => int.Parse(line[8..], provider: null)).Order();
        Assert.Equal(Enumerable.Range(0, Messages).Except(poisons), handled);
        Assert.Equal(poisons, (await group.DeadLettersAsync()).Order());
        Assert.InRange(ends, maxDeliveries, maxDeliveries * poisons.Length);
    }
}
