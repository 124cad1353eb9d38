using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>
/// Makes the group at start, and anew when it or its stream is lost: at a position from which nothing that this host has not settled is left out.
/// </summary>
internal sealed class GroupKeeper(ConsumerEnvironment consumer, HeldEntries held, Redeliveries redeliveries)
{
    /// <summary>
    /// A consumer that marks a group made anew: until all hosts have taken back what they hold, it does not tell what may be trimmed. Nobody holds the name, so it is
    /// collected with those that are left behind.
    /// </summary>
    public static readonly StreamName MadeAnew = "workerstreams:made-anew";

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);

    // The fields belong to the read loop.
    private StreamEntryId _lastRead;
    private int _losses;

    /// <summary>Makes the group, and the stream, unless they are there.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        var position = consumer.Plan.StartFrom == GroupStart.End ? GroupPosition.End : GroupPosition.Beginning;
        await CreateAsync(position, cancellation);
        foreach (var group in await consumer.Engine.GetGroupsAsync(consumer.Plan.Stream, cancellation))
        {
            if (group.Name == consumer.Plan.Group)
                _lastRead = group.LastDeliveredId;
        }
    }

    /// <summary>Entries were delivered. Returns whether some of them may have been before: a group made anew may start behind what is held here.</summary>
    public bool HasRead(StreamEntryId first, StreamEntryId last)
    {
        _losses = 0;
        var again = first <= _lastRead;
        if (last > _lastRead)
            _lastRead = last;
        return again;
    }

    /// <summary>After NOGROUP: makes the group anew, behind every entry that is held here, and takes those back.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        if (++_losses > 1)
            await Task.Delay(consumer.Jitter.Backoff(FirstBackoff, LongestBackoff, _losses - 1), consumer.Time, cancellation);
        if (await GetLastIdAsync(cancellation) < _lastRead)
            _lastRead = StreamEntryId.MinValue;
        List<LeasedEntry> leased = [.. held.Owned(), .. redeliveries.Leased()];
        var position = _lastRead;
        foreach (var entry in leased)
            position = entry.Id <= position && entry.Id.TryDecrement(out var before) ? before : position;
        ConsumerLog.GroupRestored(consumer.Logger, consumer.Plan.Name, consumer.Plan.Group, consumer.Plan.Stream, position);
        await CreateAsync(GroupPosition.After(position), cancellation);
        await consumer.Engine.CreateConsumerAsync(consumer.Plan.Stream, consumer.Plan.Group, MadeAnew, cancellation);
        // Which moves the group's position past what was read.
        await ForgottenEntries.TakeBackAsync(consumer, leased, restored: true, _lastRead, cancellation);
    }

    private async Task CreateAsync(GroupPosition position, CancellationToken cancellation)
    {
        try
        {
            await consumer.Engine.CreateGroupAsync(consumer.Plan.Stream, consumer.Plan.Group, position, createStream: true, cancellation: cancellation);
        }
        catch (StreamEngineException exists) when (exists.Code == StreamErrorCode.GroupExists)
        {
            // Another host was first, or it is there from before.
        }
    }

    private async Task<StreamEntryId> GetLastIdAsync(CancellationToken cancellation)
    {
        try
        {
            return (await consumer.Engine.GetStreamInfoAsync(consumer.Plan.Stream, cancellation)).LastGeneratedId;
        }
        catch (StreamEngineException missing) when (missing.Code == StreamErrorCode.NoStream)
        {
            return StreamEntryId.MinValue;
        }
    }
}
