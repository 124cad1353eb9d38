using System.Text.Json;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams.Tests.Serialization;

/// <summary>The metadata of messages as applications give it: by reflection, or source-generated.</summary>
public enum Metadata
{
    Reflection,
    SourceGenerated,
}

internal static class Codecs
{
    public static JsonMessageSerializer Serializer(Metadata metadata = Metadata.Reflection, Action<JsonSerializerOptions>? configure = null)
    {
        var options = JsonMessageSerializer.CreateOptions();
        if (metadata == Metadata.SourceGenerated)
            options.TypeInfoResolver = MessagesContext.Default;
        configure?.Invoke(options);
        return new(options);
    }

    public static T Decode<T>(this IMessageSerializer serializer, EntryFields fields) =>
        serializer.GetCodec<T>().Decode(Envelope.Read(fields).ToMessage());

    public static T Decode<T>(this IMessageSerializer serializer, params (string, string)[] fields) => serializer.Decode<T>(EntryFields.Of(fields));

    public static EntryFields Encode<T>(this IMessageSerializer serializer, T message, IReadOnlyDictionary<string, string>? headers = null)
    {
        var entry = new EntryFieldsWriter();
        new EnvelopeWriter<T>(serializer.GetCodec<T>(), serializer.ContentType).Write(entry, message, headers, null);
        return entry.Written;
    }
}
