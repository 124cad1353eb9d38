using System.Globalization;
using Microsoft.Data.Sqlite;
using OrderProcessing;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Samples.Tests;

/// <summary>
/// Processes of OrderProcessing publish and handle the same lines, over one server and with one ledger, and are killed and frozen at random moments. By hand it may
/// last longer: WORKERSTREAMS_KILLS=100 WORKERSTREAMS_LINES=100000.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Hosts = 3;

    // What a process may hold that is handled, or being handled, and not acknowledged.
    private const int MostHeld = 256;

    // The sample's lease is 5 seconds.
    private static readonly TimeSpan LongestFreeze = TimeSpan.FromSeconds(8), Poll = TimeSpan.FromMilliseconds(10), Stuck = TimeSpan.FromMinutes(1);

    private readonly int _kills = Setting("WORKERSTREAMS_KILLS", 6), _lines = Setting("WORKERSTREAMS_LINES", 20_000), _seed = Setting("WORKERSTREAMS_CHAOS_SEED", 1);
    private readonly Dictionary<int, Task> _frozen = [];

    [Fact]
    public async Task Every_line_is_in_the_ledger_whoever_is_killed_or_frozen()
    {
        await using var server = await ServerProcess.StartAsync("appendonly yes");
        using var input = new TemporaryFile("lines.csv");
        using var file = new TemporaryFile("ledger.db");
        await File.WriteAllLinesAsync(input.Path, Lines(), TestContext.Current.CancellationToken);
        using var ledger = new Ledger(file.Path);
        var (chance, freezes) = (new Random(_seed), 0);
        var hosts = Enumerable.Range(0, Hosts).Select(_ => Start()).ToArray();
        try
        {
            for (var killed = 0; killed < _kills; killed++)
            {
                await UntilHandledAsync(file.Path, (killed + 1L) * _lines / (_kills + 1));
                var victim = Awake();
                hosts[victim].Kill();
                hosts[victim].Dispose();
                hosts[victim] = Start();
                if (chance.Next(4) == 0 && _frozen.Count == 0)
                {
                    freezes++;
                    var sleeper = Awake();
                    _frozen[sleeper] = FreezeAsync(hosts[sleeper], LongestFreeze * chance.NextDouble());
                }
            }
            await Task.WhenAll(_frozen.Values);
            var results = await Task.WhenAll(hosts.Select(host => host.WaitForExitAsync()));
            Assert.All(results, static result => Assert.True(result.Status == 0, result.Errors));
            Assert.Matches(@"^pending +0$", results[0].Output[^1]);
        }
        finally
        {
            Array.ForEach(hosts, static host => host.Dispose());
        }

        var totals = ledger.ReadTotals();
        output.WriteLine($"seed {_seed}: {_kills} kills, {freezes} freezes, {totals.OrderLines} lines, {totals.Duplicates} handled twice");
        Assert.Equal(_lines, totals.OrderLines);
        Assert.InRange(totals.Duplicates, 0, (_kills + freezes) * MostHeld);
        // Twice is by two deliveries, of which the first was cut off.
        Assert.Equal(0L, Ask(file.Path, "SELECT count(*) FROM (SELECT 1 FROM effects GROUP BY line, delivery HAVING count(*) > 1)"));

        SampleProcess Start() =>
            SampleProcess.StartFor(TimeSpan.FromMinutes(30), "", "OrderProcessing", "--engine", $"redis:127.0.0.1:{server.Port}", "--input", input.Path, "--ledger", file.Path);

        int Awake()
        {
            foreach (var (woken, _) in _frozen.Where(static host => host.Value.IsCompleted).ToList())
                _frozen.Remove(woken);
            return chance.GetItems(Enumerable.Range(0, Hosts).Except(_frozen.Keys).ToArray(), 1)[0];
        }
    }

    private static async Task FreezeAsync(SampleProcess host, TimeSpan time)
    {
        host.Suspend();
        await Task.Delay(time, TimeProvider.System);
        host.Resume();
    }

    private static async Task UntilHandledAsync(string ledger, long count)
    {
        var (seen, since) = (-1L, TimeProvider.System.GetTimestamp());
        while (Ask(ledger, "SELECT coalesce(max(rowid), 0) FROM lines") is var handled && handled < count)
        {
            if (handled > seen)
                (seen, since) = (handled, TimeProvider.System.GetTimestamp());
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Stuck, $"{handled} lines are handled, and for {Stuck} no more.");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    private static long Ask(string ledger, string question)
    {
        using var connection = new SqliteConnection($"Data Source={ledger};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = question;
        return (long)command.ExecuteScalar()!;
    }

    private IEnumerable<string> Lines() =>
    [
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        .. Enumerable.Range(0, _lines).Select(static line => $"{536_365 + line / 10},85123A,LANTERN,1,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"),
    ];

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
