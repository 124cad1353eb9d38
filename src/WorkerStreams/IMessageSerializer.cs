using System.Buffers;
using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>Turns messages into payloads and back. Replace it with <see cref="WorkerStreamsBuilder.UseSerializer"/>. Safe for use by many threads.</summary>
public interface IMessageSerializer
{
    /// <summary>The media type of the payloads, such as <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>The codec for one message type; asked for once, when the host starts.</summary>
    /// <exception cref="NotSupportedException">The type can't be serialized; the message says why and what to do.</exception>
    IMessageCodec<TMessage> GetCodec<TMessage>();
}

/// <summary>Encodes and decodes messages of one type. Safe for use by many threads.</summary>
/// <typeparam name="TMessage">The message's type.</typeparam>
public interface IMessageCodec<TMessage>
{
    /// <summary>Writes a message's payload.</summary>
    void Encode(TMessage message, IBufferWriter<byte> payload);

    /// <summary>Reads a message from an entry.</summary>
    /// <exception cref="MessageDecodeException">The entry does not hold such a message; it goes to the dead letters at once.</exception>
    TMessage Decode(EncodedMessage message);
}

/// <summary>An entry to be decoded: its envelope's payload, or the bare fields that some other client wrote.</summary>
public readonly ref struct EncodedMessage
{
    internal EncodedMessage(EntryFields fields, bool hasEnvelope, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> type, ReadOnlySpan<byte> contentType)
    {
        Fields = fields;
        HasEnvelope = hasEnvelope;
        Payload = payload;
        Type = type;
        ContentType = contentType;
    }

    /// <summary>All fields of the entry.</summary>
    public EntryFields Fields { get; }

    /// <summary>Whether the entry bears the envelope. Without one there is no payload, and the message is read from its fields.</summary>
    public bool HasEnvelope { get; }

    /// <summary>The envelope's payload.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The name of the message's type in UTF-8, as its publisher gave it. For information; empty where nobody did.</summary>
    public ReadOnlySpan<byte> Type { get; }

    /// <summary>The payload's media type in UTF-8; <c>application/json</c> where the envelope leaves it out.</summary>
    public ReadOnlySpan<byte> ContentType { get; }
}

/// <summary>An entry does not hold a message of the expected type.</summary>
public sealed class MessageDecodeException : Exception
{
    /// <summary>An entry that can't be decoded.</summary>
    /// <param name="message">What is wrong, naming the field and its value.</param>
    /// <param name="innerException">The cause.</param>
    public MessageDecodeException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
