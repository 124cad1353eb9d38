using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkerStreams.Tests.Serialization;

public sealed record Order(int UserId, decimal Amount, string Status);

public sealed class OrderForm
{
    public int UserId { get; set; }

    public decimal Amount { get; set; }

    public string? Status { get; set; }
}

public enum Phase
{
    Open,
    Paid,
}

[JsonConverter(typeof(JsonStringEnumConverter<Colour>))]
public enum Colour
{
    Red,
    [JsonStringEnumMemberName("sea-green")]
    SeaGreen,
}

public sealed record Line(string Sku, int Quantity);

/// <summary>One property of each kind that a field can bind to.</summary>
public sealed record Everything
{
    public bool Flag { get; init; }

    public double Ratio { get; init; }

    public long? Count { get; init; }

    public Int128 Huge { get; init; }

    public Phase Phase { get; init; }

    public Colour Colour { get; init; }

    public Guid Key { get; init; }

    public DateTimeOffset At { get; init; }

    public DateOnly Day { get; init; }

    public TimeSpan Took { get; init; }

    public Uri? Link { get; init; }

    public char Letter { get; init; }

    public byte[]? Blob { get; init; }

    public Line? FirstLine { get; init; }

    public IReadOnlyList<int>? Numbers { get; init; }

    public JsonElement Anything { get; init; }

    public Celsius Temperature { get; init; }

    [JsonPropertyName("the note")]
    public string? Remark { get; init; }

    public string Shouted => Remark?.ToUpperInvariant() ?? "";
}

public sealed record Shipment
{
    public required string Carrier { get; init; }

    public string? Note { get; init; }
}

public sealed record Optional(int Size = 7, string? Name = null);

public sealed record Positive
{
    public Positive(int value) => Value = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Must be positive.");

    public int Value { get; }
}

/// <summary>A value with a converter of its own: a number in JSON.</summary>
[JsonConverter(typeof(CelsiusConverter))]
public readonly record struct Celsius(double Degrees);

public sealed class CelsiusConverter : JsonConverter<Celsius>
{
    public override Celsius Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, Celsius value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Degrees);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderForm))]
[JsonSerializable(typeof(Everything))]
[JsonSerializable(typeof(Shipment))]
[JsonSerializable(typeof(Optional))]
[JsonSerializable(typeof(Positive))]
public sealed partial class MessagesContext : JsonSerializerContext;
