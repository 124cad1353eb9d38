using System.Globalization;
using Spectre.Console;

namespace OrderProcessing;

/// <summary>What is printed at the end.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<CountryRevenue> revenues, LedgerTotals totals, long deadLetters, long pending)
    {
        var table = new Table().AddColumn("country").AddColumn("order lines", Right).AddColumn("revenue GBP", Right);
        foreach (var revenue in revenues)
            table.AddRow(Markup.Escape(revenue.Country), Text(revenue.OrderLines), Text(revenue.Gbp));
        AnsiConsole.Write(table);

        PrintFigure("order lines", Text(totals.OrderLines));
        PrintFigure("invoices", Text(totals.Invoices));
        PrintFigure("cancelled", Text(totals.Cancelled));
        PrintFigure("total GBP", Text(totals.Gbp));
        PrintFigure("duplicates", Text(totals.Duplicates));
        PrintFigure("dead letters", Text(deadLetters));
        PrintFigure("pending", Text(pending));
    }

    private static void PrintFigure(string name, string value) => Console.WriteLine($"{name,-13} {value}");

    private static void Right(TableColumn column) => column.RightAligned();

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Text(decimal gbp) => gbp.ToString("F2", CultureInfo.InvariantCulture);
}
