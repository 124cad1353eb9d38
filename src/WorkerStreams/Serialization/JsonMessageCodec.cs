using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Serialization;

/// <summary>Messages of one type as JSON. Encoding allocates nothing; decoding only what System.Text.Json does.</summary>
internal sealed class JsonMessageCodec<TMessage>(JsonTypeInfo<TMessage> type) : IMessageCodec<TMessage>
{
    private static readonly string TypeText = TypeName.Of(typeof(TMessage));

    /// <summary>Made with the first entry that bears no envelope; most streams never see one.</summary>
    private FieldBinder? _binder;

    public void Encode(TMessage message, IBufferWriter<byte> payload)
    {
        var scratch = JsonScratch.Take(type.Options);
        try
        {
            scratch.Writer.Reset(payload);
            JsonSerializer.Serialize(scratch.Writer, message, type);
            scratch.Writer.Flush();
        }
        finally
        {
            scratch.GiveBack();
        }
    }

    public TMessage Decode(EncodedMessage message)
    {
        try
        {
            return (message.HasEnvelope ? DecodePayload(message) : DecodeFields(message.Fields))
                ?? throw new MessageDecodeException($"The payload is the JSON literal null, which is no '{TypeText}'.");
        }
        // What the entry holds will not become better: a converter or a constructor that refuses it makes it undecodable as well.
        catch (Exception refused) when (refused is not (MessageDecodeException or OutOfMemoryException))
        {
            throw new MessageDecodeException($"The entry holds no valid '{TypeText}': {refused.Message}", refused);
        }
    }

    private TMessage? DecodePayload(EncodedMessage message)
    {
        if (!MediaType.AreSame(message.ContentType, EnvelopeField.DefaultContentType))
            throw new MessageDecodeException($"The envelope's content type is '{Shown.Text(message.ContentType)}'; the serializer of '{TypeText}' reads '{Encoding.UTF8.GetString(EnvelopeField.DefaultContentType)}'.");
        return JsonSerializer.Deserialize(message.Payload, type);
    }

    private TMessage? DecodeFields(EntryFields fields)
    {
        var binder = _binder ??= new(type);
        var scratch = JsonScratch.Take(type.Options);
        try
        {
            binder.Write(fields, scratch.BeginText());
            return JsonSerializer.Deserialize(scratch.EndText(), type);
        }
        catch (JsonException refused)
        {
            throw binder.Explain(refused, fields);
        }
        finally
        {
            scratch.GiveBack();
        }
    }
}
