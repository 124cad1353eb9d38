namespace OrderProcessing;

/// <summary>The ledger's figures.</summary>
/// <param name="OrderLines">Lines written.</param>
/// <param name="Invoices">Invoices they belong to.</param>
/// <param name="Cancelled">Lines that cancel others.</param>
/// <param name="Gbp">The sum of quantity times unit price, in pounds.</param>
/// <param name="Duplicates">Writes beyond the first of a line.</param>
internal sealed record LedgerTotals(long OrderLines, long Invoices, long Cancelled, decimal Gbp, long Duplicates);

/// <summary>What the lines of a country come to.</summary>
internal sealed record CountryRevenue(string Country, long OrderLines, decimal Gbp);
