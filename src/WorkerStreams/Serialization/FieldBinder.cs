using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Serialization;

/// <summary>
/// Binds the bare fields of an entry, such as <c>XADD orders * user_id 123 amount 49.99</c> made, to a type's properties: it writes them as the JSON
/// object that the type's own metadata then reads, so that converters, constructors and source generation work as for a payload.
/// </summary>
internal sealed class FieldBinder
{
    private const int MaxNameLength = 128;

    private readonly string _typeName;
    private readonly FieldBinding[] _bindings;

    /// <summary>The bindings by every name that a field may have: as in JSON, as in code, in snake case.</summary>
    private readonly Dictionary<string, FieldBinding>.AlternateLookup<ReadOnlySpan<char>> _byName;

    public FieldBinder(JsonTypeInfo type)
    {
        _typeName = TypeName.Of(type.Type);
        if (type.Kind != JsonTypeInfoKind.Object)
            throw new MessageDecodeException($"The entry bears no envelope, and its fields can't bind to '{_typeName}', which has no properties of its own in JSON.");
        _bindings = [.. type.Properties.Where(IsBindable).Select((property, index) => new FieldBinding(property, index))];
        var byName = new Dictionary<string, FieldBinding>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in (Func<FieldBinding, string>[])[b => b.JsonName, b => b.ClrName, b => JsonNamingPolicy.SnakeCaseLower.ConvertName(b.ClrName)])
        {
            foreach (var binding in _bindings)
                byName.TryAdd(name(binding), binding);
        }
        _byName = byName.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Writes the object. Fields that no property is named like are left out.</summary>
    /// <exception cref="MessageDecodeException">A required property has no field, no field has a property, or a value can't be text.</exception>
    public void Write(EntryFields fields, Utf8JsonWriter json)
    {
        Span<bool> bound = stackalloc bool[64];
        bound = _bindings.Length <= bound.Length ? bound : new bool[_bindings.Length];
        json.WriteStartObject();
        foreach (var field in fields)
        {
            if (Find(field.Name) is not { } binding)
                continue;
            json.WritePropertyName(binding.EncodedName);
            if (!binding.WriteValue(json, field.Value))
                throw BadValue(field, binding, null);
            bound[binding.Index] = true;
        }
        json.WriteEndObject();
        foreach (var binding in _bindings)
        {
            if (binding.IsRequired && !bound[binding.Index])
                throw Missing(binding, fields);
        }
        if (_bindings.Length > 0 && !bound.Contains(true))
            throw new MessageDecodeException($"The entry bears no envelope, and none of its fields ({Names(fields)}) is a property of '{_typeName}' ({string.Join(", ", _bindings.Select(b => b.ClrName))}).");
    }

    /// <summary>Which field it was that could not be read from what <see cref="Write"/> wrote.</summary>
    public MessageDecodeException Explain(JsonException refused, EntryFields fields)
    {
        foreach (var field in fields)
        {
            if (Find(field.Name) is { } binding && binding.IsAt(refused.Path))
                return BadValue(field, binding, refused);
        }
        return new($"The entry's fields ({Names(fields)}) are no valid '{_typeName}': {refused.Message}", refused);
    }

    private static bool IsBindable(JsonPropertyInfo property) =>
        !property.IsExtensionData && (property.Set is not null || property.AssociatedParameter is not null);

    private FieldBinding? Find(ReadOnlySpan<byte> fieldName)
    {
        Span<char> name = stackalloc char[MaxNameLength];
        return Encoding.UTF8.TryGetChars(fieldName, name, out var length) && _byName.TryGetValue(name[..length], out var binding) ? binding : null;
    }

    private MessageDecodeException BadValue(EntryField field, FieldBinding binding, Exception? cause) =>
        new($"The field '{Shown.Text(field.Name)}' holds '{Shown.Text(field.Value)}'. Expected: {binding.ExpectedType}, for the property '{binding.ClrName}' of '{_typeName}'.", cause);

    private MessageDecodeException Missing(FieldBinding binding, EntryFields fields)
    {
        var names = string.Join(" or ", new[] { JsonNamingPolicy.SnakeCaseLower.ConvertName(binding.ClrName), binding.JsonName }.Distinct().Select(static name => $"'{name}'"));
        return new($"The entry has no field {names}. Expected: {binding.ExpectedType}, for the required property '{binding.ClrName}' of '{_typeName}'. It has: {Names(fields)}.");
    }

    private static string Names(EntryFields fields)
    {
        var names = new List<string>();
        foreach (var field in fields)
            names.Add(Shown.Text(field.Name));
        return Shown.Text(Encoding.UTF8.GetBytes(string.Join(", ", names)));
    }
}
