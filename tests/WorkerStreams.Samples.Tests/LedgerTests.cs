using Microsoft.Data.Sqlite;
using OrderProcessing;
using WorkerStreams.Engine;

namespace WorkerStreams.Samples.Tests;

public sealed class LedgerTests
{
    private static readonly OrderLine Line = new()
    {
        Id = "orders.csv:2",
        InvoiceNo = "536365",
        StockCode = "85123A",
        Description = "HOLDER",
        Quantity = 3,
        InvoiceDate = new(2010, 12, 1, 8, 26, 0),
        UnitPrice = 0.1m,
        Country = "France",
    };

    [Fact]
    public void An_empty_ledger_has_zeros()
    {
        using var file = new TemporaryFile("ledger.db");
        using var ledger = new Ledger(file.Path);

        Assert.Equal(new LedgerTotals(0, 0, 0, 0m, 0), ledger.ReadTotals());
        Assert.Empty(ledger.ReadRevenueByCountry());
    }

    [Fact]
    public void A_line_written_twice_counts_once_and_shows_as_a_duplicate()
    {
        using var file = new TemporaryFile("ledger.db");
        using var ledger = new Ledger(file.Path);

        ledger.Write(Line, new(1, 0), delivery: 1);
        ledger.Write(Line, new(1, 0), delivery: 1);
        ledger.Write(Line, new(1, 0), delivery: 2);

        Assert.Equal(new LedgerTotals(OrderLines: 1, Invoices: 1, Cancelled: 0, Gbp: 0.3m, Duplicates: 2), ledger.ReadTotals());
    }

    [Fact]
    public void Money_is_summed_exactly_by_country()
    {
        using var file = new TemporaryFile("ledger.db");
        using var ledger = new Ledger(file.Path);

        ledger.Write(Line, new(1, 0), 1);
        ledger.Write(Line with { Id = "orders.csv:3", UnitPrice = 0.2m }, new(2, 0), 1);
        ledger.Write(Line with { Id = "orders.csv:4", InvoiceNo = "C536366", Quantity = -1, Country = "EIRE" }, new(3, 0), 1);

        Assert.Equal(new LedgerTotals(OrderLines: 3, Invoices: 2, Cancelled: 1, Gbp: 0.8m, Duplicates: 0), ledger.ReadTotals());
        Assert.Equal([new("France", 2, 0.9m), new("EIRE", 1, -0.1m)], ledger.ReadRevenueByCountry());
    }

    [Fact]
    public void Writes_of_many_threads_are_all_kept()
    {
        using var file = new TemporaryFile("ledger.db");
        using var ledger = new Ledger(file.Path);

        Parallel.For(0, 500, number => ledger.Write(Line with { Id = $"orders.csv:{number % 250}" }, new((ulong)number + 1, 0), 1));

        Assert.Equal(new LedgerTotals(OrderLines: 250, Invoices: 1, Cancelled: 0, Gbp: 75m, Duplicates: 250), ledger.ReadTotals());
    }

    [Fact]
    public void A_ledger_is_there_when_opened_again()
    {
        using var file = new TemporaryFile("ledger.db");
        using (var ledger = new Ledger(file.Path))
            ledger.Write(Line, new StreamEntryId(1, 0), 1);

        using var again = new Ledger(file.Path);

        Assert.Equal(1, again.ReadTotals().OrderLines);
    }

    [Fact]
    public void A_file_of_something_else_is_refused()
    {
        using var file = new TemporaryFile("ledger.db", new string('x', 4096));

        Assert.Throws<SqliteException>(() => new Ledger(file.Path).Dispose());
    }
}
