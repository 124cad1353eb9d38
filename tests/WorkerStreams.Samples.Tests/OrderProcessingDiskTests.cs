using System.Globalization;

namespace WorkerStreams.Samples.Tests;

/// <summary>The stream in a folder. By hand it may be killed more often: WORKERSTREAMS_DISK_KILLS=20.</summary>
public sealed class OrderProcessingDiskTests : IDisposable
{
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("WORKERSTREAMS_DISK_KILLS") ?? "4", CultureInfo.InvariantCulture);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("order-stream-");
    private readonly TemporaryFile _ledger = new("ledger.db");

    private string[] Arguments => ["--engine", $"disk:{_folder.FullName}", "--ledger", _ledger.Path];

    [Fact]
    public async Task Killed_at_random_and_started_again_it_comes_to_the_same_totals_and_another_run_changes_nothing()
    {
        var random = new Random(1);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var killed = SampleProcess.Start("OrderProcessing", Arguments);
            await killed.ReadLineAsync("ledger");
            await OrderProcessingTests.WrittenAsync(_ledger.Path, random.Next(4000 * kill / Kills, 4000 * (kill + 1) / Kills));
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        var completed = await SampleProcess.RunAsync("OrderProcessing", Arguments);
        Assert.Equal((0, ""), (completed.Status, completed.Errors));
        OrderProcessingTests.AssertTotals(completed, mayRepeat: true);
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
}
