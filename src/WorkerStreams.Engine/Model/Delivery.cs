using System.Runtime.InteropServices;

namespace WorkerStreams.Engine.Model;

/// <summary>What the group remembers of a pending entry beside its id.</summary>
/// <param name="At">When it was delivered last, in Unix milliseconds.</param>
/// <param name="Count">How often it was delivered.</param>
/// <param name="Owner">The index of the consumer that owns it, or <see cref="Nobody"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Delivery(long At, long Count, int Owner)
{
    /// <summary>The owner of an entry that nobody owns.</summary>
    public const int Nobody = -1;

    /// <summary>Whether nobody owns the entry.</summary>
    public bool IsUnowned => Owner == Nobody;

    /// <summary>The count after one more delivery.</summary>
    public long CountAfter => Count < long.MaxValue ? Count + 1 : Count;
}

/// <summary>Entries that follow each other and were delivered alike.</summary>
/// <param name="End">The index after the last of them.</param>
/// <param name="Delivery">Their delivery.</param>
internal readonly record struct DeliveryRun(int End, Delivery Delivery);
