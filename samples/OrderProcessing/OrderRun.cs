using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams;
using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>One run of the program: start the host, publish the input, wait until all is handled, report.</summary>
internal sealed class OrderRun(RunOptions options)
{
    private int _malformed;

    public async Task<int> ExecuteAsync()
    {
        using var file = new LedgerFile(options.Ledger);
        try
        {
            using var ledger = new Ledger(file.Path);
            using var host = OrderHost.Build(options, ledger);
            await host.StartAsync();
            Console.WriteLine($"ledger {file}");
            Console.WriteLine($"stream {ledger.StreamOf(options.Input.Name)}");
            return await RunAsync(host, ledger);
        }
        catch (SqliteException exception)
        {
            return Refuse($"The ledger {file.Path} cannot be used: {exception.Message}");
        }
        catch (SocketException exception)
        {
            return Refuse($"{options.Serve} cannot be served: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or WorkerStreamsConfigurationException or StreamEngineException)
        {
            return Refuse(exception.Message); // an address in use, a full disk, a wrong appsettings.json, no server
        }
    }

    private async Task<int> RunAsync(IHost host, Ledger ledger)
    {
        if (host is WebApplication web)
            Console.WriteLine($"serving {string.Join(' ', web.Urls)}");

        var status = await FeedAsync(host);
        var serves = options.Serve is not null && status is ExitStatus.Success or ExitStatus.Incomplete;
        if (!serves)
            await host.StopAsync();
        if (status != ExitStatus.Unusable)
            status = Math.Max(status, await ReportAsync(host, ledger));
        if (serves)
            await host.WaitForShutdownAsync();
        // Without its ledger nobody goes on with it, and a server would keep it.
        if (options.Ledger is null)
            await host.Services.GetRequiredService<OrderStream>().DeleteAsync();
        return status;
    }

    /// <summary>Publishes the input and waits until it is handled, or until the host is told to stop.</summary>
    private async Task<int> FeedAsync(IHost host)
    {
        var feed = host.Services.GetRequiredService<OrderFeed>();
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var input = new OrderLineFile(options.Input.FullName, ReportMalformed);
        try
        {
            await ProgressDisplay.ShowAsync(progress => feed.RunAsync([.. input.ReadLines()], progress, stopping));
            return _malformed == 0 ? ExitStatus.Success : ExitStatus.Incomplete;
        }
        catch (Exception ended) when (ended is OperationCanceledException or PublishException && stopping.IsCancellationRequested)
        {
            Console.Error.WriteLine("Stopped before all was handled.");
            return ExitStatus.Interrupted;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Refuse(exception.Message);
        }
    }

    private static async Task<int> ReportAsync(IHost host, Ledger ledger)
    {
        var stream = host.Services.GetRequiredService<OrderStream>();
        var deadLetters = await stream.CountDeadLettersAsync();
        Report.Print(ledger.ReadRevenueByCountry(), ledger.ReadTotals(), deadLetters, await stream.CountPendingAsync());
        return deadLetters == 0 ? ExitStatus.Success : ExitStatus.Incomplete;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine(reason);
        return ExitStatus.Unusable;
    }

    private void ReportMalformed(long line, string reason)
    {
        _malformed++;
        Console.Error.WriteLine($"{options.Input}: line {line} skipped: {reason}");
    }
}
