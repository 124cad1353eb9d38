namespace WorkerStreams.Engine.Model;

/// <summary>
/// Is told each change of the streams of a shard just after it was made, or before what goes: all that it takes to make it again. Called under the shard's lock; cannot fail.
/// </summary>
internal interface IChanges
{
    void Created(StreamState stream);

    void Removed(StreamState stream);

    void Appended(StreamState stream, StreamEntryId id, ReadOnlySpan<byte> encoded);

    void Deleted(StreamState stream, StreamEntryId id);

    /// <summary>The oldest entries went: those below the first that is left.</summary>
    void Trimmed(StreamState stream);

    /// <summary>An entry went by trimming, from among others that stay.</summary>
    void TrimmedOut(StreamState stream, StreamEntryId id);

    /// <summary>The stream's counters are what they are now by command, not by what was appended and deleted.</summary>
    void IdsSet(StreamState stream);

    /// <summary>An append that is to be done once was done.</summary>
    void AppendedOnce(StreamState stream, StreamName producer, StreamName key, StreamEntryId id, long now);

    /// <summary>How much is remembered of such appends, and how many there were, as it is now.</summary>
    void IdempotencySet(StreamState stream);

    void Created(GroupState group);

    void Removed(GroupState group);

    void PositionSet(GroupState group);

    /// <inheritdoc cref="StreamState.Deliver"/>
    void Delivered(GroupState group, ConsumerState consumer, StreamEntryId through, long now, bool pending);

    void Created(GroupState group, ConsumerState consumer);

    void Removed(GroupState group, ConsumerState consumer);

    /// <summary>The consumer has asked for something. Of no weight by itself.</summary>
    void Seen(GroupState group, ConsumerState consumer);

    void Active(GroupState group, ConsumerState consumer);

    /// <summary>The consumer's name is held, or left, as it is now.</summary>
    void NameHeld(GroupState group, ConsumerState consumer);

    /// <summary>The entry is pending so, whether it was pending before or not.</summary>
    void Assigned(GroupState group, StreamEntryId id, in Delivery delivery);

    /// <summary>The entries are pending no more.</summary>
    void Acknowledged(GroupState group, ReadOnlySpan<StreamEntryId> ids);
}
