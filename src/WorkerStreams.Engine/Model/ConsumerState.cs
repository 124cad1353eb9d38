namespace WorkerStreams.Engine.Model;

/// <summary>A consumer of a group. Times are in milliseconds since 1970-01-01 UTC.</summary>
internal sealed class ConsumerState(StreamName name, int index, long seenAt)
{
    public const long Never = -1;

    public StreamName Name { get; } = name;

    /// <summary>Stands for the consumer in the group's pending entries; given to another once this one is deleted.</summary>
    public int Index { get; } = index;

    public long Pending { get; set; }

    /// <summary>The last attempt: any read or claim that named the consumer.</summary>
    public long SeenAt { get; set; } = seenAt;

    /// <summary>The last attempt that the changes tell of.</summary>
    public long ToldSeenAt { get; set; } = seenAt;

    /// <summary>The last success, or <see cref="Never"/>.</summary>
    public long ActiveAt { get; set; } = Never;

    /// <summary>Who holds the name, or held it last.</summary>
    public NameHold? Hold { get; set; }

    /// <summary>The bytes of its name and of who holds it, or held it last.</summary>
    public long NameBytes => Name.Bytes.Length + (Hold?.Holder.Bytes.Length ?? 0);

    /// <summary>Whether who held the name has left it, and nobody holds it since.</summary>
    public bool IsLeft { get; set; }

    /// <summary>Who holds the name now.</summary>
    public NameHold? HoldAt(long now) => Hold is { } hold && hold.Until > now ? hold : null;
}

/// <summary>A consumer's name is one holder's until then.</summary>
internal sealed record NameHold(StreamName Holder, long Until, TimeSpan Lease);
