using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrderProcessing;

namespace WorkerStreams.Samples.Tests;

public sealed class OrderProcessingTests
{
    internal static readonly string[] Totals =
    [
        "order lines   4792",
        "invoices      2093",
        "cancelled     58",
        "total GBP     373086.01",
        "duplicates    0",
        "dead letters  0",
        "pending       0",
    ];

    [Fact]
    public async Task All_order_lines_come_to_the_known_totals()
    {
        var result = await RunAsync();

        Assert.Equal("", result.Errors);
        Assert.Equal(Totals, result.Output.TakeLast(7));
        Assert.Equal(0, result.Status);
        Assert.Contains(result.Output, line => HasCells(line, "United Kingdom", "4577", "362995.38"));
        Assert.Contains(result.Output, line => HasCells(line, "EIRE", "46", "4945.60"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public async Task The_totals_are_the_same_whatever_the_concurrency(int concurrency)
    {
        var result = await RunAsync("--concurrency", concurrency.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(Totals, result.Output.TakeLast(7));
    }

    [Fact]
    public async Task Failing_handlers_change_nothing_but_the_duplicates()
    {
        var result = await RunAsync("--fail-rate", "0.2");

        Assert.Equal(0, result.Status);
        var figures = result.Output.TakeLast(7).ToArray();
        Assert.InRange(FigureOf(figures[4]), 200, 1000); // about 4792 x 0.2 / 2, plus those of the calls after
        figures[4] = Totals[4];
        Assert.Equal(Totals, figures);
    }

    [Fact]
    public async Task Order_lines_that_always_fail_are_dead_lettered_and_the_run_ends()
    {
        using var input = new TemporaryFile("orders.csv", OrderLineFileTests.Header + "\n" + OrderLineFileTests.Good + "\n" + OrderLineFileTests.Good);

        var result = await RunAsync("--fail-rate", "1", "--input", input.Path);

        Assert.Equal(1, result.Status);
        Assert.Equal(2, FigureOf(result.Output[^2]));
        Assert.Equal(0, FigureOf(result.Output[^1]));
    }

    [Fact]
    public async Task A_malformed_line_is_skipped_and_makes_the_status_1()
    {
        using var input = new TemporaryFile("orders.csv", string.Join('\n', OrderLineFileTests.Header, OrderLineFileTests.Good, "536365,\"85123A", OrderLineFileTests.Good));

        var result = await RunAsync("--input", input.Path);

        Assert.Equal(1, result.Status);
        Assert.Contains("line 3", result.Errors, StringComparison.Ordinal);
        Assert.Equal(2, FigureOf(result.Output[^7]));
        Assert.Equal("total GBP     30.60", result.Output[^4]);
    }

    [Fact]
    public async Task A_ledger_keeps_the_lines_of_an_earlier_run()
    {
        using var input = new TemporaryFile("orders.csv", OrderLineFileTests.Header + "\n" + OrderLineFileTests.Good);
        using var ledger = new TemporaryFile("ledger.db");

        await RunAsync("--input", input.Path, "--ledger", ledger.Path);
        var again = await RunAsync("--input", input.Path, "--ledger", ledger.Path);

        Assert.Equal("total GBP     15.30", again.Output[^4]);
        Assert.Equal(1, FigureOf(again.Output[^3]));
    }

    [Fact]
    public async Task It_serves_its_health_until_it_is_stopped()
    {
        using var sample = SampleProcess.Start("OrderProcessing", "--serve", "http://127.0.0.1:0");
        var address = (await sample.ReadLineAsync("serving ")).Split(' ')[1];
        Assert.Equal("pending       0", await sample.ReadLineAsync("pending"));

        using var client = new HttpClient { BaseAddress = new(address) };
        foreach (var path in new[] { "/health/live", "/health/ready" })
            Assert.Equal("Healthy", await client.GetStringAsync(path, TestContext.Current.CancellationToken));

        sample.Interrupt();
        Assert.Equal(0, (await sample.WaitForExitAsync()).Status);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_run_early_and_says_so()
    {
        using var sample = SampleProcess.Start("OrderProcessing", "--fail-rate", "1");
        await sample.ReadLineAsync("ledger");

        sample.Interrupt();
        var result = await sample.WaitForExitAsync();

        Assert.Equal(130, result.Status);
        Assert.Contains("Stopped before all was handled.", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--engine", "quartz")]
    [InlineData("--nonsense", "1")]
    [InlineData("--fail-rate", "1.5")]
    [InlineData("--fail-rate", "often")]
    [InlineData("--concurrency", "0")]
    [InlineData("--serve", "nowhere")]
    [InlineData("--serve", "https://localhost:5080")]
    [InlineData("--serve", "http://localhost:notaport")]
    [InlineData("--serve", "http://localhost:65536")]
    [InlineData("--serve", "http://localhost:0")]
    [InlineData("--serve", "http://localhost:5080/health")]
    [InlineData("--serve", "http://somewhere:5080")]
    [InlineData("--input", "/no/such/file.csv")]
    [InlineData("--input", "/")]
    public async Task A_wrong_option_is_told_with_its_value(string option, string value)
    {
        var result = await RunAsync(option, value);

        Assert.Equal(2, result.Status);
        Assert.Contains(value, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_something_else_ends_the_run()
    {
        using var file = new TemporaryFile("orders.csv", "a,b,c\n1,2,3");

        foreach (var option in new[] { "--input", "--ledger" })
        {
            var result = await RunAsync(option, file.Path);
            Assert.Equal(2, result.Status);
            Assert.Contains(file.Path, result.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{ not JSON", "appsettings.json")]
    [InlineData("""{ "WorkerStreams": { "Consumers": { "OrderLineHandlr": {} } } }""", "Did you mean 'OrderLineHandler'?")]
    public async Task A_wrong_appsettings_file_is_told(string content, string told)
    {
        using var settings = new TemporaryFile("appsettings.json", content);
        using var sample = SampleProcess.StartIn(Path.GetDirectoryName(settings.Path)!, "OrderProcessing");

        var result = await sample.WaitForExitAsync();

        Assert.Equal(2, result.Status);
        Assert.Contains(told, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_told()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var result = await RunAsync("--serve", $"http://{listener.LocalEndpoint}");

        Assert.Equal(2, result.Status);
        Assert.Contains("address already in use", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_told()
    {
        var result = await RunAsync("--serve", "http://192.0.2.1:5080");

        Assert.Equal(2, result.Status);
        Assert.Contains("http://192.0.2.1:5080 cannot be served", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>Each line counts once, also where it was written more than once.</summary>
    internal static void AssertTotals(SampleResult result, bool mayRepeat)
    {
        var figures = result.Output.TakeLast(7).ToArray();
        if (mayRepeat && figures.Length == 7)
            figures[4] = Totals[4];
        Assert.Equal(Totals, figures);
    }

    /// <summary>How many lines the ledger has, once it has so many.</summary>
    internal static async Task<long> WrittenAsync(string path, long least)
    {
        using var ledger = new Ledger(path);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (true)
        {
            if (ledger.ReadTotals().OrderLines is var written && written >= least)
                return written;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
        }
    }

    private static Task<SampleResult> RunAsync(params string[] arguments) => SampleProcess.RunAsync("OrderProcessing", arguments);

    private static long FigureOf(string line) => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);

    private static bool HasCells(string line, params string[] cells) =>
        line.Split('│', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SequenceEqual(cells);
}
