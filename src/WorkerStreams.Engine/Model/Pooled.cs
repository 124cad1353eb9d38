using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>Arrays of the shared pool.</summary>
internal static class Pooled
{
    /// <summary>
    /// A part of an array, as values of another type or of its own. Neither the array's length is looked at nor the type that a null check would read: they
    /// are far from what is looked for, and may be far from any cache. So it is the caller who knows that the part is there.
    /// </summary>
    /// <param name="array">The array, or null for an empty part.</param>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">Its values.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Span<T> Part<TElement, T>(TElement[]? array, int offset, int length)
        where TElement : unmanaged
        where T : unmanaged =>
        array is null
            ? default
            : MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.As<TElement, T>(ref MemoryMarshal.GetArrayDataReference(array)), offset), length);

    /// <summary>Exchanges an array for one of at least so many elements, which begins with what the old one holds.</summary>
    public static void Grow<T>(ref T[] array, int length)
    {
        var before = array;
        array = ArrayPool<T>.Shared.Rent(length);
        before.CopyTo(array, 0);
        ArrayPool<T>.Shared.Return(before);
    }
}
