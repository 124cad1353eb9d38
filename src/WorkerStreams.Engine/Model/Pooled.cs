using System.Buffers;

namespace WorkerStreams.Engine.Model;

/// <summary>Arrays of the shared pool.</summary>
internal static class Pooled
{
    /// <summary>Exchanges an array for one of at least so many elements, which begins with what the old one holds.</summary>
    public static void Grow<T>(ref T[] array, int length)
    {
        var before = array;
        array = ArrayPool<T>.Shared.Rent(length);
        before.CopyTo(array, 0);
        ArrayPool<T>.Shared.Return(before);
    }
}
