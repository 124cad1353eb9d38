using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Benchmarks.Durable;
using WorkerStreams.Benchmarks.EndToEnd;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Benchmarks;

/// <summary>The engine with a folder, beside a plain file, SQLite and a Redis server that keeps what it is told.</summary>
internal static class DurableBenchmark
{
    private const int Held = 10_000_000;
    private const int Few = 1_000;
    private const string Recovered = "WORKERSTREAMS_RECOVER";
    private const string Large = "WORKERSTREAMS_LARGE";

    public static async Task RunAsync(Effort effort, Report report)
    {
        var folder = Directory.CreateTempSubdirectory("worker-streams-durable-");
        try
        {
            await ManyAsync(folder.FullName, effort, report);
            if (effort == Effort.Full)
            {
                await OneAsync(folder.FullName, effort, report);
                await EverySecondAsync(folder.FullName, effort, report);
            }
            await EndToEndAsync(folder.FullName, effort, report);
            await RecoverAsync(folder.FullName, effort, report);
            await LargeAsync(folder.FullName, effort, report);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task ManyAsync(string folder, Effort effort, Report report)
    {
        using var plain = new PlainLimit(folder, Publishers.Many);
        using var half = new PlainLimit(folder, Publishers.Many / 2);
        using var sqlite = new SqliteAppends(folder, Publishers.Many);
        using var engine = new EngineAppends(folder, FlushPolicy.Always, Publishers.Many);
        await using var redis = ServerProcess.Find() is null ? null : await RedisAppends.StartAsync("always", Publishers.Many);
        await RunAsync(
            "durable/always-256",
            engine,
            [("plain", plain, Bar.AtLeast(0.5)), ("plain-half", half, null), ("sqlite", sqlite, Bar.AtLeast(1.5)), ("redis", redis, Bar.AtLeast(3))],
            effort,
            report);
    }

    private static async Task OneAsync(string folder, Effort effort, Report report)
    {
        using var plain = new PlainLimit(folder, batch: 1);
        using var sqlite = new SqliteAppends(folder, publishers: 1);
        using var engine = new EngineAppends(folder, FlushPolicy.Always, publishers: 1);
        await RunAsync("durable/always-1", engine, [("plain", plain, null), ("sqlite", sqlite, null)], effort, report);
    }

    private static async Task EverySecondAsync(string folder, Effort effort, Report report)
    {
        using var plain = new PlainLimit(folder, batch: 1, flushes: false);
        using var engine = new EngineAppends(folder, FlushPolicy.EverySecond, Publishers.Many);
        await using var redis = ServerProcess.Find() is null ? null : await RedisAppends.StartAsync("everysec", Publishers.Many);
        await RunAsync("durable/every-second", engine, [("plain", plain, null), ("redis", redis, null)], effort, report);
    }

    private static async Task EndToEndAsync(string folder, Effort effort, Report report)
    {
        await using var memory = await HostedWorker.StartAsync(ServiceLifetime.Scoped);
        await using var disk = await HostedWorker.StartAsync(ServiceLifetime.Scoped, Path.Combine(folder, "end-to-end"));
        await RunAsync("durable/end-to-end", disk, [("memory", memory, Bar.AtLeast(0.6))], effort, report);
    }

    // A rival that is not there is left out.
    private static async Task RunAsync(string name, IContestant ours, (string Name, IContestant? Program, Bar? Bar)[] all, Effort effort, Report report)
    {
        var rivals = all.Where(static rival => rival.Program is not null).ToArray();
        var results = await new Race(effort).RunAsync([ours, .. rivals.Select(static rival => rival.Program!)]);
        for (var i = 0; i < rivals.Length; i++)
        {
            report.Rate($"{name}/{rivals[i].Name}", results[i + 1]);
            report.Rate($"{name}:{rivals[i].Name}", results[0], results[0].RatioTo(results[i + 1]), rivals[i].Bar);
        }
    }

    private static async Task RecoverAsync(string folder, Effort effort, Report report)
    {
        var entries = Setting(Recovered, effort == Effort.Guard ? 500_000 : 2_000_000);
        // Not to count what the first start of a process takes.
        var few = await RecoverAsync(folder, Few, Few);
        var all = await RecoverAsync(folder, entries, entries);
        report.Figure("durable/recovery/few", few, "s", null, null);
        report.Figure("durable/recovery/entries", entries, "entries", null, null);
        report.Figure("durable/recovery", all, "s", null, null);
        report.Figure("durable/recovery/10-million", all * Held / entries, "s", null, Bar.AtMost(20));
        if (effort == Effort.Guard)
            return;
        var never = await RecoverAsync(folder, entries / 10, entries / 10);
        report.Figure("durable/recovery/a-tenth", never, "s", null, null);
        var trimmed = await RecoverAsync(folder, entries, entries / 10);
        report.Figure("durable/recovery/trimmed:a-tenth", trimmed, "s", trimmed / never, null);
        var more = await RecoverAsync(folder, 3 * entries, entries / 10);
        report.Figure("durable/recovery/trimmed-more", more, "s", null, Bar.AtMost(1));
    }

    private static async Task<double> RecoverAsync(string folder, int entries, int kept)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, "recovery"));
        try
        {
            return (await Recovery.MeasureAsync(own.FullName, entries, kept)).TotalSeconds;
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    // In memory of a twentieth of the stream's payload.
    private static async Task LargeAsync(string folder, Effort effort, Report report)
    {
        var megabytes = Setting(Large, effort == Effort.Guard ? 100 : 2_000);
        var (bytes, maxMemory) = (megabytes * 1_000_000L, megabytes * 50_000L);
        var own = Directory.CreateDirectory(Path.Combine(folder, "large"));
        var large = await LargeStream.MeasureAsync(own.FullName, bytes, maxMemory);
        own.Delete(recursive: true);
        report.Figure("durable/large", megabytes, "MB", null, null);
        report.Figure("durable/large/append", large.Appended, "messages/s", null, null);
        report.Figure("durable/large/read", large.Read, "messages/s", null, null);
        report.Figure("durable/large/memory:most", large.MostMemory / 1e6, "MB", (double)large.MostMemory / maxMemory, Bar.AtMost(1.01));
        report.Figure("durable/large/start", large.Start, "s", null, null);
    }

    private static int Setting(string variable, int other) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : other;
}
