using System.Text;

namespace WorkerStreams.Serialization;

/// <summary>Bytes of an entry as they appear in an error message: as text, and never long.</summary>
internal static class Shown
{
    private const int MaxBytes = 100;

    public static string Text(ReadOnlySpan<byte> value) =>
        value.Length <= MaxBytes ? Encoding.UTF8.GetString(value) : $"{Encoding.UTF8.GetString(value[..MaxBytes])}... ({value.Length} bytes)";
}
