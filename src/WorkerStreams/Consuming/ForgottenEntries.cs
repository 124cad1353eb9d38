using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Entries that the group does not know as pending although this consumer holds them, as when the group was destroyed and made anew.</summary>
internal static class ForgottenEntries
{
    /// <summary>
    /// Makes them pending again with the counts that they had, unless another host was given them meanwhile. One whose lease has lapsed may be settled by
    /// another: it comes back only into a group that is <paramref name="restored"/>.
    /// </summary>
    /// <returns>Those that are this consumer's again.</returns>
    /// <exception cref="StreamEngineException"><see cref="StreamErrorCode.NoGroup"/>: the group is gone.</exception>
    public static async Task<HashSet<StreamEntryId>> TakeBackAsync(
        ConsumerEnvironment consumer, IEnumerable<LeasedEntry> entries, bool restored, StreamEntryId? lastId, CancellationToken cancellation)
    {
        var back = new HashSet<StreamEntryId>();
        foreach (var alike in entries.GroupBy(entry => (Count: Math.Max(1, entry.DeliveryCount), Force: restored || !consumer.HasLapsed(entry.LeasedAt))))
        {
            using var claimed = await consumer.Engine.ClaimAsync(
                new()
                {
                    Stream = consumer.Plan.Stream,
                    Group = consumer.Plan.Group,
                    Consumer = consumer.Consumer,
                    Holder = consumer.Holder,
                    Ids = alike.Select(static entry => entry.Id).ToArray(),
                    MinIdle = consumer.Plan.MinIdleTime,
                    DeliveryCount = alike.Key.Count,
                    Force = alike.Key.Force,
                    JustIds = true,
                    LastId = lastId,
                },
                cancellation);
            foreach (ref readonly var entry in claimed.Entries)
                back.Add(entry.Id);
        }
        return back;
    }
}
