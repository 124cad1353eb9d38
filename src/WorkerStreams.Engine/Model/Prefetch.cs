using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Has the processor load what will be needed soon, while it does other things: a stream that is larger than the caches is read and settled
/// at the pace of memory otherwise. Only a hint: it changes nothing, and does nothing where there is no such instruction.
/// </summary>
internal static class Prefetch
{
    private const int LineBytes = 64;

    /// <summary>So many elements of an array from <paramref name="index"/> on, as far as they are there. The array is not looked at for that, not even for its length.</summary>
    public static void Elements<T>(ref T[] array, int index, int count)
        where T : unmanaged =>
        Bytes(ref array, index * Unsafe.SizeOf<T>(), count * Unsafe.SizeOf<T>());

    /// <summary>So many bytes of an array's elements, after so many others.</summary>
    public static unsafe void Bytes<T>(ref T[] array, int offset, int count)
        where T : unmanaged
    {
        if (!Sse.IsSupported)
            return;
        // Before the elements are the type and the length.
        var first = Unsafe.As<T[], nint>(ref array) + (2 * sizeof(nint)) + offset;
        for (var line = first & -LineBytes; line < first + count; line += LineBytes)
            Sse.Prefetch0((void*)line);
    }

    /// <summary>The fields of an object, which is not looked at for that.</summary>
    public static unsafe void Target<T>(ref T? reference)
        where T : class
    {
        if (!Sse.IsSupported)
            return;
        var target = Unsafe.As<T?, nint>(ref reference);
        Sse.Prefetch0((void*)target);
        Sse.Prefetch0((void*)(target + LineBytes));
    }
}
