using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkerStreams.Configuration;

namespace WorkerStreams.Serialization;

/// <summary>How the field of one property is read.</summary>
internal sealed class FieldBinding
{
    public FieldBinding(JsonPropertyInfo property, int index)
    {
        Index = index;
        JsonName = property.Name;
        EncodedName = JsonEncodedText.Encode(JsonName, property.Options.Encoder);
        ClrName = (property.AttributeProvider as MemberInfo)?.Name ?? property.AssociatedParameter?.Name ?? JsonName;
        IsRequired = property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false };
        ExpectedType = Nullable.GetUnderlyingType(property.PropertyType) is { } underlying ? $"{TypeName.Of(underlying)} or nothing" : TypeName.Of(property.PropertyType);
        WriteValue = FieldValue.WriterFor(property);
    }

    public int Index { get; }

    public string JsonName { get; }

    public JsonEncodedText EncodedName { get; }

    /// <summary>The property's name in code.</summary>
    public string ClrName { get; }

    /// <summary>Whether the entry must have it: a required property, or a constructor's parameter that is neither optional nor nullable.</summary>
    public bool IsRequired { get; }

    public string ExpectedType { get; }

    public FieldValueWriter WriteValue { get; }

    /// <summary>Whether a <see cref="JsonException.Path"/> points to this property, or into it.</summary>
    public bool IsAt(string? path) =>
        path is not null
        && (path.StartsWith($"$['{JsonName}']", StringComparison.Ordinal)
            || (path.StartsWith($"$.{JsonName}", StringComparison.Ordinal) && (path.Length == JsonName.Length + 2 || path[JsonName.Length + 2] is '.' or '[')));
}
