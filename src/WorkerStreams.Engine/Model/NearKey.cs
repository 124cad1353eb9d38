using System.Runtime.CompilerServices;

namespace WorkerStreams.Engine.Model;

/// <summary>
/// Keys in half the bytes, for ids that are as near each other as those of a busy stream are: their milliseconds and their sequences are above the base's by
/// 16 bits each. They are in the order of the keys that they stand for.
/// </summary>
internal static class NearKey
{
    private const ulong Greatest = 0x0000FFFF_0000FFFF;

    /// <summary>
    /// A base for near keys of <paramref name="first"/> and ids after it: of the same millisecond, where it has had many already. All of them have keys above
    /// <see cref="IdBase.Of"/> as well.
    /// </summary>
    public static IdBase BaseOf(StreamEntryId first) => new(first.Milliseconds, first.Sequence switch
    {
        <= ushort.MaxValue / 2 => 0,
        <= uint.MaxValue => Math.Min(first.Sequence, uint.MaxValue - ushort.MaxValue),
        _ => first.Sequence,
    });

    /// <summary>Whether a key has a near one.</summary>
    public static bool IsNear(ulong key) => (key & ~Greatest) == 0;

    /// <summary>Whether an id has a near key above this base.</summary>
    public static bool IsNear(this IdBase origin, StreamEntryId id) => origin.TryGetKey(id, out var key) && IsNear(key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(ulong key) => (uint)(key >> 16) | (uint)key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong KeyOf(uint near) => (ulong)(near >> 16) << 32 | (ushort)near;

    /// <summary>The smallest near key that stands for no less than <paramref name="key"/>. False where there is none.</summary>
    public static bool TryGetLowestFrom(ulong key, out uint near)
    {
        var isBetween = (uint)key > ushort.MaxValue;
        near = Of(isBetween ? (key | uint.MaxValue) + 1 : key);
        return key <= Greatest;
    }
}
