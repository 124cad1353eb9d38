using System.Collections.ObjectModel;
using System.Text;
using WorkerStreams.Engine;

namespace WorkerStreams.Serialization;

/// <summary>What an entry's fields say, read in one pass without copying. Of a name that stands twice, the last one counts.</summary>
internal readonly ref struct Envelope
{
    private readonly EntryFields _fields;
    private readonly ReadOnlySpan<byte> _version;
    private readonly bool _hasPayload;
    private readonly bool _hasHeaders;

    private Envelope(EntryFields fields)
    {
        _fields = fields;
        var field = fields.GetEnumerator();
        if (!field.MoveNext() || !field.Current.Name.SequenceEqual(EnvelopeField.Version))
            return;
        HasEnvelope = true;
        _version = field.Current.Value;
        ContentType = EnvelopeField.DefaultContentType;
        while (field.MoveNext())
        {
            var name = field.Current.Name;
            if (name.SequenceEqual(EnvelopeField.Payload))
            {
                Payload = field.Current.Value;
                _hasPayload = true;
            }
            else if (name.SequenceEqual(EnvelopeField.Type))
                Type = field.Current.Value;
            else if (name.StartsWith(EnvelopeField.HeaderPrefix))
                _hasHeaders = true;
            else if (name.SequenceEqual(EnvelopeField.TraceParent))
                TraceParent = field.Current.Value;
            else if (name.SequenceEqual(EnvelopeField.TraceState))
                TraceState = field.Current.Value;
            else if (name.SequenceEqual(EnvelopeField.ContentType))
                ContentType = field.Current.Value;
        }
    }

    /// <summary>Whether the entry bears an envelope: its first field is the version.</summary>
    public bool HasEnvelope { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The message type's name, as its publisher gave it.</summary>
    public ReadOnlySpan<byte> Type { get; }

    public ReadOnlySpan<byte> ContentType { get; }

    /// <summary>The publisher's span in W3C form, or empty.</summary>
    public ReadOnlySpan<byte> TraceParent { get; }

    public ReadOnlySpan<byte> TraceState { get; }

    public static Envelope Read(EntryFields fields) => new(fields);

    /// <summary>What a codec decodes.</summary>
    /// <exception cref="MessageDecodeException">The envelope is of another version, or has no payload.</exception>
    public EncodedMessage ToMessage()
    {
        if (HasEnvelope && !_version.SequenceEqual(EnvelopeField.CurrentVersion))
            throw new MessageDecodeException($"The envelope's field 'ws' holds '{Shown.Text(_version)}'. Expected: '1', the version that this release reads.");
        if (HasEnvelope && !_hasPayload)
            throw new MessageDecodeException("The envelope has no field 'data', so there is no payload.");
        return new(_fields, HasEnvelope, Payload, Type, ContentType);
    }

    public IReadOnlyDictionary<string, string> ReadHeaders()
    {
        if (!_hasHeaders)
            return ReadOnlyDictionary<string, string>.Empty;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in _fields)
        {
            if (field.Name.StartsWith(EnvelopeField.HeaderPrefix))
                headers[Encoding.UTF8.GetString(field.Name[EnvelopeField.HeaderPrefix.Length..])] = Encoding.UTF8.GetString(field.Value);
        }
        return headers;
    }
}
