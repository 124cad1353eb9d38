using System.Diagnostics;
using System.Text;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Serialization;

/// <summary>Writes messages of one type as entries, the payload in place. Safe for use by many threads.</summary>
internal sealed class EnvelopeWriter<TMessage>
{
    private readonly IMessageCodec<TMessage> _codec;

    /// <summary>The fields that every entry begins with: version, type and content type.</summary>
    private readonly EntryFields _constant;

    public EnvelopeWriter(IMessageCodec<TMessage> codec, string contentType)
    {
        _codec = codec;
        var constant = new EntryFieldsWriter();
        constant.Add(EnvelopeField.Version, EnvelopeField.CurrentVersion);
        constant.Add(EnvelopeField.Type, Encoding.UTF8.GetBytes(TypeName.Of(typeof(TMessage))));
        if (!MediaType.AreSame(Encoding.UTF8.GetBytes(contentType), EnvelopeField.DefaultContentType))
            constant.Add(EnvelopeField.ContentType, Encoding.UTF8.GetBytes(contentType));
        _constant = constant.Written.ToOwned();
    }

    /// <param name="entry">A writer that was reset.</param>
    /// <param name="message">The message.</param>
    /// <param name="headers">Headers to travel along, if any.</param>
    /// <param name="activity">The span that consumers continue, if any.</param>
    public void Write(EntryFieldsWriter entry, TMessage message, IReadOnlyDictionary<string, string>? headers, Activity? activity)
    {
        if (message is null)
            throw new ArgumentNullException(nameof(message));
        entry.AddAll(_constant);
        if (activity is { IdFormat: ActivityIdFormat.W3C, Id: { } traceParent })
        {
            AddText(entry, EnvelopeField.TraceParent, traceParent);
            if (activity.TraceStateString is { Length: > 0 } traceState)
                AddText(entry, EnvelopeField.TraceState, traceState);
        }
        if (headers is { Count: > 0 })
            AddHeaders(entry, headers);
        entry.BeginValue(EnvelopeField.Payload);
        _codec.Encode(message, entry);
        entry.EndValue();
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
