using System.Globalization;
using OrderProcessing;

namespace WorkerStreams.Samples.Tests;

/// <summary>The stream in a folder. By hand it may be killed more often: WORKERSTREAMS_DISK_KILLS=20, and WORKERSTREAMS_CHAOS_SEED has it be at other moments.</summary>
public sealed class OrderProcessingDiskTests(ITestOutputHelper output) : IDisposable
{
    // What a process may hold that is handled, or being handled, and not acknowledged.
    private const int MostHeld = 256;

    private static readonly int Kills = Setting("WORKERSTREAMS_DISK_KILLS", 4), Seed = Setting("WORKERSTREAMS_CHAOS_SEED", 1);

    // The sample's lease is 5 seconds.
    private static readonly TimeSpan LongestFreeze = TimeSpan.FromSeconds(8);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("order-stream-");
    private readonly TemporaryFile _ledger = new("ledger.db");

    private string[] Arguments => ["--engine", $"disk:{_folder.FullName}", "--ledger", _ledger.Path];

    [Fact]
    public async Task Killed_and_frozen_at_random_and_started_again_it_comes_to_the_same_totals_and_another_run_changes_nothing()
    {
        var (random, freezes) = (new Random(Seed), 0);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var killed = SampleProcess.Start("OrderProcessing", Arguments);
            await killed.ReadLineAsync("ledger");
            await OrderProcessingTests.WrittenAsync(_ledger.Path, random.Next(4000 * kill / Kills, 4000 * (kill + 1) / Kills));
            if (random.Next(4) == 0)
            {
                freezes++;
                killed.Suspend();
                await Task.Delay(LongestFreeze * random.NextDouble(), TimeProvider.System);
                killed.Resume();
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50)), TimeProvider.System);
            }
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        var completed = await SampleProcess.RunAsync("OrderProcessing", Arguments);
        Assert.Equal((0, ""), (completed.Status, completed.Errors));
        OrderProcessingTests.AssertTotals(completed, mayRepeat: true);
        using (var ledger = new Ledger(_ledger.Path))
        {
            var totals = ledger.ReadTotals();
            output.WriteLine($"seed {Seed}: {Kills} kills, {freezes} freezes, {totals.OrderLines} lines, {totals.Duplicates} handled twice");
            Assert.InRange(totals.Duplicates, 0, (Kills + freezes) * MostHeld);
        }
        var again = await SampleProcess.RunAsync("OrderProcessing", Arguments);
        Assert.Equal(completed.Output.TakeLast(7), again.Output.TakeLast(7));
    }

    [Fact]
    public async Task A_second_process_is_refused_the_folder_with_the_id_of_the_first()
    {
        using var first = SampleProcess.Start("OrderProcessing", [.. Arguments, "--fail-rate", "1"]);
        await first.ReadLineAsync("ledger");

        var second = await SampleProcess.RunAsync("OrderProcessing", Arguments);

        Assert.Equal(2, second.Status);
        Assert.Contains($"in use by process {first.Id}", second.Errors, StringComparison.Ordinal);
        first.Kill();
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _ledger.Dispose();
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
