using System.Text;
using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>
/// Entries that one host hands back are to start at another at once, and not when it sweeps the next time: who hands back tells so in a companion of the stream, at
/// which all wait. Where that is not heard, nothing is lost: there is a sweep to come.
/// </summary>
internal sealed class HandBacks(ConsumerEnvironment consumer, ReclaimSchedule schedule)
{
    private const string GroupField = "group", ConsumerField = "consumer";

    // So that the hosts of a group do not all sweep at once.
    private static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(500);

    // Of all groups of the stream; each is heard when it is told, or at the start of a consumer.
    private static readonly AppendOptions Kept = new() { Trim = StreamTrim.MaxLength(100) };

    // Belongs to the loop.
    private StreamEntryId _lastHeard;

    /// <summary>Something was handed back.</summary>
    public static async Task TellAsync(ConsumerEnvironment consumer)
    {
        try
        {
            var fields = EntryFields.Of((GroupField, consumer.Plan.Group.ToString()), (ConsumerField, consumer.Consumer.ToString()));
            await consumer.Engine.AppendAsync(consumer.Plan.HandBackStream, new(fields), Kept);
        }
        catch (Exception)
        {
            // Whatever it is, what is settled stays so: it is found in a sweep.
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var request = new ReadRequest { Streams = [new(consumer.Plan.HandBackStream, ReadPosition.After(_lastHeard))], Block = consumer.Plan.BlockTime };
            if (!await HasHeardAsync(request, cancellation))
                continue;
            await Task.Delay(Spread * consumer.Jitter.Next(), consumer.Time, cancellation);
            schedule.SweepNow();
        }
    }

    /// <returns>Whether another consumer of the group has handed something back.</returns>
    private async Task<bool> HasHeardAsync(ReadRequest request, CancellationToken cancellation)
    {
        using var told = await consumer.Engine.ReadAsync(request, cancellation);
        var isForUs = false;
        foreach (ref readonly var entry in told.Entries)
        {
            _lastHeard = entry.Id;
            isForUs |= Is(entry.Fields, GroupField, consumer.Plan.Group) && !Is(entry.Fields, ConsumerField, consumer.Consumer);
        }
        return isForUs;
    }

    private static bool Is(EntryFields fields, string name, StreamName value) => fields.TryGetValue(Encoding.UTF8.GetBytes(name), out var found) && found.SequenceEqual(value.Bytes);
}
