using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>XREADGROUP: first what was pending for this consumer before it started, then what is new, as there is room.</summary>
internal sealed class ReadLoop(ConsumerEnvironment consumer, HeldEntries held, Intake intake, GroupKeeper group)
{
    private readonly ReadGroupRequest _undelivered = new()
    {
        Streams = [new(consumer.Plan.Stream, ReadPosition.Undelivered)],
        Group = consumer.Plan.Group,
        Consumer = consumer.Plan.Consumer,
        Block = consumer.Plan.BlockTime,
    };

    public async Task RunAsync(CancellationToken cancellation)
    {
        await group.EnsureAsync(cancellation);
        await ResumeAsync(cancellation);
        while (true)
        {
            var room = await held.WaitForRoomAsync(cancellation);
            consumer.Counters.Looped(consumer.Time.GetTimestamp());
            try
            {
                var entries = await consumer.Engine.ReadGroupAsync(_undelivered with { Count = room.Count, MaxBytes = room.Bytes }, cancellation);
                if (entries.Count == 0)
                    continue;
                group.HasRead(entries.Entries[^1].Id);
                intake.Accept(entries);
            }
            catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.NoGroup)
            {
                await group.RestoreAsync(cancellation);
            }
        }
    }

    private async Task ResumeAsync(CancellationToken cancellation)
    {
        var cursor = StreamEntryId.MinValue;
        while (true)
        {
            var room = await held.WaitForRoomAsync(cancellation);
            var history = _undelivered with
            {
                Streams = [new(consumer.Plan.Stream, ReadPosition.After(cursor))],
                Count = room.Count,
                MaxBytes = room.Bytes,
                Block = null,
            };
            var entries = await consumer.Engine.ReadGroupAsync(history, cancellation);
            if (entries.Count == 0)
            {
                entries.Dispose();
                return;
            }
            cursor = entries.Entries[^1].Id;
            var resumed = intake.AcceptPending(entries);
            if (resumed > 0)
                ConsumerLog.Resumed(consumer.Logger, consumer.Plan.Name, resumed);
        }
    }
}
