using System.Collections.ObjectModel;
using System.Text;
using WorkerStreams.Engine;

namespace WorkerStreams.Serialization;

/// <summary>What an entry's fields say, read in one pass without copying. Of a name that stands twice, the last one counts.</summary>
internal readonly ref struct Envelope
{
    private readonly EntryFields _fields;
    private readonly bool _hasHeaders;

    private Envelope(EntryFields fields)
    {
        _fields = fields;
        var field = fields.GetEnumerator();
        if (!field.MoveNext())
            return;
        if (field.Current.Name.StartsWith(EnvelopeField.PayloadPrefix))
        {
            HasEnvelope = true;
            Type = field.Current.Name[EnvelopeField.PayloadPrefix.Length..];
            Payload = field.Current.Value;
            ContentType = EnvelopeField.DefaultContentType;
        }
        do
        {
            var name = field.Current.Name;
            if (name.StartsWith(EnvelopeField.HeaderPrefix))
                _hasHeaders = true;
            else if (!HasEnvelope)
                continue;
            else if (name.SequenceEqual(EnvelopeField.TraceParent))
                TraceParent = field.Current.Value;
            else if (name.SequenceEqual(EnvelopeField.TraceState))
                TraceState = field.Current.Value;
            else if (name.SequenceEqual(EnvelopeField.ContentType))
                ContentType = field.Current.Value;
        }
        while (field.MoveNext());
    }

    /// <summary>Whether the entry bears an envelope: its first field is the payload.</summary>
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
    /// <exception cref="MessageDecodeException">The envelope is of another version.</exception>
    public EncodedMessage ToMessage()
    {
        var first = _fields.GetEnumerator();
        if (!HasEnvelope && first.MoveNext() && EnvelopeField.IsOfAnotherVersion(first.Current.Name))
            throw new MessageDecodeException($"The entry's first field is '{Shown.Text(first.Current.Name)}'. Expected: 'ws:' and a type, the version of the envelope that this release reads.");
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
