using System.Numerics;
using System.Runtime.CompilerServices;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Search in ascending keys. Those of a stream are spread evenly more often than not, so the first guess interpolates; steps that double and a
/// binary search follow, so that the worst case stays logarithmic.
/// </summary>
internal static class IdSearch
{
    /// <summary>The index of the first key that is not below <paramref name="key"/>, or the length where there is none.</summary>
    public static int LowerBound<TKey>(ReadOnlySpan<TKey> keys, TKey key)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        if (keys.IsEmpty || keys[^1] < key)
            return keys.Length;
        if (key <= keys[0])
            return 0;
        return LowerBound(keys, key, (int)(double.CreateTruncating(key - keys[0]) / double.CreateTruncating(keys[^1] - keys[0]) * (keys.Length - 1)));
    }

    /// <summary>As <see cref="LowerBound{TKey}(ReadOnlySpan{TKey}, TKey)"/>, by steps that double from a good guess: they stay near it, in memory too.</summary>
    public static int LowerBound<TKey>(ReadOnlySpan<TKey> keys, TKey key, int guess)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        if (keys.IsEmpty)
            return 0;
        var step = 1;
        if (keys[guess] < key)
        {
            for (; guess + step < keys.Length && keys[guess + step] < key; step *= 2)
                guess += step;
            return Bisect(keys, key, guess + 1, Math.Min(guess + step, keys.Length));
        }
        for (; guess >= step && keys[guess - step] >= key; step *= 2)
            guess -= step;
        return Bisect(keys, key, Math.Max(guess - step + 1, 0), guess);
    }

    /// <summary>How far an id is on the way from the first to the last, which it is between: from 0 to 1.</summary>
    public static double Share(StreamEntryId first, StreamEntryId last, StreamEntryId id) => first.Milliseconds == last.Milliseconds
        ? (double)(id.Sequence - first.Sequence) / (last.Sequence - first.Sequence)
        : (double)(id.Milliseconds - first.Milliseconds) / (last.Milliseconds - first.Milliseconds);

    /// <summary>The value or 0, without a branch: in a binary search every second one would be mispredicted.</summary>
    public static int If(bool condition, int value) => value & -Unsafe.BitCast<bool, byte>(condition);

    private static int Bisect<TKey>(ReadOnlySpan<TKey> keys, TKey key, int low, int high)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        for (var count = high - low; count > 0;)
        {
            var half = (count + 1) >> 1;
            low += If(keys[low + half - 1] < key, half);
            count -= half;
        }
        return low;
    }
}
