using System.Diagnostics;
using System.Text;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Serialization;

/// <summary>Writes messages of one type as entries, the payload in place. Safe for use by many threads.</summary>
internal sealed class EnvelopeWriter<TMessage>
{
    private readonly IMessageCodec<TMessage> _codec;

    // The name of the first field.
    private readonly byte[] _payloadName = [.. EnvelopeField.PayloadPrefix, .. Encoding.UTF8.GetBytes(TypeName.Of(typeof(TMessage)))];

    // Null where it is left out.
    private readonly byte[]? _contentType;

    public EnvelopeWriter(IMessageCodec<TMessage> codec, string contentType)
    {
        _codec = codec;
        var written = Encoding.UTF8.GetBytes(contentType);
        _contentType = MediaType.AreSame(written, EnvelopeField.DefaultContentType) ? null : written;
    }

    /// <param name="entry">A writer that was reset.</param>
    /// <param name="message">The message.</param>
    /// <param name="headers">Headers to travel along, if any.</param>
    /// <param name="activity">The span that consumers continue, if any.</param>
    public void Write(EntryFieldsWriter entry, TMessage message, IReadOnlyDictionary<string, string>? headers, Activity? activity)
    {
        if (message is null)
            throw new ArgumentNullException(nameof(message));
        entry.BeginValue(_payloadName);
        _codec.Encode(message, entry);
        entry.EndValue();
        if (_contentType is not null)
            entry.Add(EnvelopeField.ContentType, _contentType);
        if (activity is { IdFormat: ActivityIdFormat.W3C, Id: { } traceParent })
        {
            AddText(entry, EnvelopeField.TraceParent, traceParent);
            if (activity.TraceStateString is { Length: > 0 } traceState)
                AddText(entry, EnvelopeField.TraceState, traceState);
        }
        if (headers is { Count: > 0 })
            AddHeaders(entry, headers);
    }

    private static void AddHeaders(EntryFieldsWriter entry, IReadOnlyDictionary<string, string> headers)
    {
        var prefix = EnvelopeField.HeaderPrefix;
        Span<byte> field = stackalloc byte[prefix.Length + EnvelopeField.MaxHeaderNameBytes];
        prefix.CopyTo(field);
        foreach (var (name, value) in headers)
        {
            if (!Encoding.UTF8.TryGetBytes(name, field[prefix.Length..], out var length) || length == 0)
                throw new ArgumentException($"The header name '{name}' is {Encoding.UTF8.GetByteCount(name)} bytes long. Allowed: 1 to {EnvelopeField.MaxHeaderNameBytes}.", nameof(headers));
            AddText(entry, field[..(prefix.Length + length)], value);
        }
    }

    private static void AddText(EntryFieldsWriter entry, ReadOnlySpan<byte> name, string value)
    {
        entry.BeginValue(name);
        Encoding.UTF8.GetBytes(value, entry);
        entry.EndValue();
    }
}
