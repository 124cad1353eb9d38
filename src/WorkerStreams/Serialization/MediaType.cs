using System.Text;

namespace WorkerStreams.Serialization;

/// <summary>Compares content types as RFC 9110 tells: without regard to case, and here also to parameters such as a charset.</summary>
internal static class MediaType
{
    public static bool AreSame(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        Ascii.EqualsIgnoreCase(WithoutParameters(left), WithoutParameters(right));

    private static ReadOnlySpan<byte> WithoutParameters(ReadOnlySpan<byte> contentType)
    {
        var end = contentType.IndexOf((byte)';');
        return (end < 0 ? contentType : contentType[..end]).Trim((byte)' ');
    }
}
