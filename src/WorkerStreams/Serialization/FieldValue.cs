using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace WorkerStreams.Serialization;

/// <summary>Writes a field's value as the JSON that a property of its type is read from, or tells that it can't.</summary>
internal delegate bool FieldValueWriter(Utf8JsonWriter json, ReadOnlySpan<byte> value);

/// <summary>
/// The ways in which the text of a field becomes a JSON value. What does not look like its type is written as a string: the type's converter has
/// the last word on it, and its refusal names the property.
/// </summary>
internal static class FieldValue
{
    public static FieldValueWriter WriterFor(JsonPropertyInfo property)
    {
        if (Nullable.GetUnderlyingType(property.PropertyType) is not { } underlying)
            return WriterFor(property.PropertyType, property);
        var write = WriterFor(underlying, property);
        return (json, value) => value.IsEmpty ? WriteNull(json) : write(json, value);
    }

    private static FieldValueWriter WriterFor(Type type, JsonPropertyInfo property)
    {
        property.Options.TryGetTypeInfo(type, out var info);
        var converter = property.CustomConverter ?? info?.Converter;
        if (converter is not null && converter.GetType().Assembly != typeof(JsonSerializer).Assembly)
            return WriteJson;
        if (type.IsEnum)
            return property.CustomConverter is null && info is not null && !IsTextInJson(type, info) ? EnumWriter(type) : WriteNumber;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => WriteBoolean,
            >= TypeCode.SByte and <= TypeCode.Decimal => WriteNumber,
            TypeCode.Char or TypeCode.String or TypeCode.DateTime => WriteText,
            _ when type == typeof(Int128) || type == typeof(UInt128) || type == typeof(Half) => WriteNumber,
            _ when type == typeof(byte[]) || type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>) => WriteBytes,
            _ when info is { Kind: JsonTypeInfoKind.None } && !AcceptsAnyJson(type) => WriteText,
            _ => WriteJson,
        };
    }

    private static bool AcceptsAnyJson(Type type) =>
        type == typeof(object) || type == typeof(JsonElement) || type == typeof(JsonDocument) || type.Namespace == "System.Text.Json.Nodes";

    private static bool IsTextInJson(Type enumType, JsonTypeInfo info) =>
        Enum.GetNames(enumType) is [var first, ..] && JsonSerializer.SerializeToUtf8Bytes(Enum.Parse(enumType, first), info) is [(byte)'"', ..];

    /// <summary>For an enum that JSON knows by number only; a field may well bear its name.</summary>
    private static FieldValueWriter EnumWriter(Type type) => (json, value) =>
    {
        if (StartsLikeNumber(value) || !Enum.TryParse(type, Encoding.UTF8.GetString(value), ignoreCase: true, out var parsed))
            return WriteNumber(json, value);
        json.WriteRawValue(Enum.Format(type, parsed, "D"));
        return true;
    };

    private static bool StartsLikeNumber(ReadOnlySpan<byte> value) => value is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..];

    private static bool WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> value) =>
        StartsLikeNumber(value) && IsJson(value) ? WriteRaw(json, value) : WriteText(json, value);

    private static bool WriteJson(Utf8JsonWriter json, ReadOnlySpan<byte> value) => IsJson(value) ? WriteRaw(json, value) : WriteText(json, value);

    private static bool WriteBoolean(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(value, "true"u8) || value.SequenceEqual("1"u8))
            json.WriteBooleanValue(true);
        else if (Ascii.EqualsIgnoreCase(value, "false"u8) || value.SequenceEqual("0"u8))
            json.WriteBooleanValue(false);
        else
            return WriteText(json, value);
        return true;
    }

    private static bool WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (!Utf8.IsValid(value))
            return false;
        json.WriteStringValue(value);
        return true;
    }

    private static bool WriteBytes(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        json.WriteBase64StringValue(value);
        return true;
    }

    private static bool WriteNull(Utf8JsonWriter json)
    {
        json.WriteNullValue();
        return true;
    }

    private static bool WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        json.WriteRawValue(value, skipInputValidation: true);
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> value)
    {
        var reader = new Utf8JsonReader(value);
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
