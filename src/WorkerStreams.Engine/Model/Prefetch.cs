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

    /// <summary>The place itself.</summary>
    public static unsafe void Line<T>(ref readonly T place)
        where T : unmanaged
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place)));
    }

    /// <summary>All of these places.</summary>
    public static void Lines<T>(ReadOnlySpan<T> places)
        where T : unmanaged
    {
        for (var i = 0; i < places.Length; i += LineBytes / Unsafe.SizeOf<T>())
            Line(in places[i]);
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
