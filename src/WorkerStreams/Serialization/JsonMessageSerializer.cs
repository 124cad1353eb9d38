using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkerStreams.Serialization;

/// <summary>Payloads in JSON by System.Text.Json, through the metadata that the options resolve: source-generated, or by reflection.</summary>
internal sealed class JsonMessageSerializer : IMessageSerializer
{
    private readonly JsonSerializerOptions _options;

    public JsonMessageSerializer(JsonSerializerOptions options)
    {
        _options = new(options);
        _options.TypeInfoResolver ??= JsonTypeInfoResolver.Combine();
        _options.MakeReadOnly();
    }

    public string ContentType => "application/json";

    /// <summary>The web defaults, with reflection where the application has not switched it off; put source-generated contexts before it.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reflection is only where the application has it; otherwise metadata that lacks is an error at start.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    public static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        if (JsonSerializer.IsReflectionEnabledByDefault)
            options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
        return options;
    }

    public IMessageCodec<TMessage> GetCodec<TMessage>()
    {
        if (!_options.TryGetTypeInfo(typeof(TMessage), out var type))
            throw new NotSupportedException($"There is no JSON metadata for '{typeof(TMessage)}'. Name the type in a JsonSerializerContext and add it: ConfigureJson(json => json.TypeInfoResolverChain.Insert(0, MyContext.Default)).");
        return new JsonMessageCodec<TMessage>((JsonTypeInfo<TMessage>)type);
    }
}
