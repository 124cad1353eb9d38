using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkerStreams.Benchmarks.EndToEnd;

/// <summary>The message: six properties, some 160 bytes of JSON, which is read without anything allocated but itself and its strings.</summary>
internal sealed record OrderLine
{
    public string Invoice { get; init; } = "";

    public string Description { get; init; } = "";

    public string Country { get; init; } = "";

    public int Quantity { get; init; }

    public decimal Price { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>How it is written and read, by the framework's default as by its rival.</summary>
    public static JsonTypeInfo<OrderLine> Json { get; } = (JsonTypeInfo<OrderLine>)JsonSerializerOptions.Web.GetTypeInfo(typeof(OrderLine));

    /// <summary>Messages made beforehand, so that what is allocated meanwhile is the passing alone.</summary>
    public static IReadOnlyList<OrderLine> Samples { get; } = [.. Enumerable.Range(0, 1000).Select(number => new OrderLine
    {
        Invoice = $"{536_365 + number}",
        Description = "WHITE HANGING HEART T-LIGHT HOLDER",
        Country = "United Kingdom",
        Quantity = 1 + number % 12,
        Price = 2.55m,
        At = new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero).AddMinutes(number),
    })];
}
