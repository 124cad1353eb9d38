using System.Buffers;
using System.Text.Json;

namespace WorkerStreams.Serialization;

/// <summary>A JSON writer and a buffer to be used again: one kept per thread, and a fresh one where the kept one is in use further up the stack.</summary>
internal sealed class JsonScratch
{
    private const int MaxRetainedBytes = 64 * 1024;

    [ThreadStatic]
    private static JsonScratch? t_kept;

    private readonly JsonSerializerOptions _options;
    private readonly ArrayBufferWriter<byte> _text = new();

    private JsonScratch(JsonSerializerOptions options)
    {
        _options = options;
        Writer = new(_text, new()
        {
            Encoder = options.Encoder,
            Indented = options.WriteIndented,
            IndentCharacter = options.IndentCharacter,
            IndentSize = options.IndentSize,
            NewLine = options.NewLine,
            MaxDepth = options.MaxDepth,
            SkipValidation = true,
        });
    }

    public Utf8JsonWriter Writer { get; }

    public static JsonScratch Take(JsonSerializerOptions options)
    {
        var kept = t_kept;
        t_kept = null;
        return ReferenceEquals(kept?._options, options) ? kept! : new(options);
    }

    public void GiveBack()
    {
        if (_text.Capacity <= MaxRetainedBytes)
            t_kept = this;
    }

    /// <summary>The writer, on the empty buffer.</summary>
    public Utf8JsonWriter BeginText()
    {
        _text.ResetWrittenCount();
        Writer.Reset(_text);
        return Writer;
    }

    /// <summary>What was written since <see cref="BeginText"/>.</summary>
    public ReadOnlySpan<byte> EndText()
    {
        Writer.Flush();
        return _text.WrittenSpan;
    }
}
