using System.Text.Json.Serialization;
using CsvHelper;

namespace OrderProcessing;

/// <summary>The message: one line of an invoice.</summary>
[CsvRecord]
internal sealed partial record OrderLine
{
    /// <summary>The input's file name and the line's number in it: the same whenever it is read, which makes handling it twice harmless.</summary>
    [CsvIgnore]
    public string Id { get; init; } = "";

    /// <summary>The line's number in the input, counted from 1 with the header.</summary>
    [CsvIgnore, JsonIgnore]
    public long LineNumber { get; init; }

    [CsvValidate(nameof(IsGiven))]
    public required string InvoiceNo { get; init; }

    [CsvValidate(nameof(IsGiven))]
    public required string StockCode { get; init; }

    public required string Description { get; init; }

    public required int Quantity { get; init; }

    [CsvFormat("yyyy-MM-dd HH:mm:ss")]
    public required DateTime InvoiceDate { get; init; }

    public required decimal UnitPrice { get; init; }

    [CsvColumn("CustomerID")]
    public decimal? CustomerId { get; init; }

    [CsvValidate(nameof(IsGiven))]
    public required string Country { get; init; }

    private static bool IsGiven(string value) => value.Length > 0;
}

/// <summary>Serializes without reflection, so that the program could be trimmed or compiled ahead of time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderLine))]
internal sealed partial class OrderJson : JsonSerializerContext;
