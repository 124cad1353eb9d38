using System.Runtime.CompilerServices;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>One entry's way: a last look before handling, the handler, the verdict, the settlement.</summary>
internal sealed class EntryHandler(ConsumerEnvironment consumer, IMessageInvoker invoker, HeldEntries held, Settler settler, Redeliveries redeliveries)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask HandleAsync(HeldBatch batch, int index, CancellationToken cancellation)
    {
        if (TrySettleUnseen(batch, index))
            return;
        var result = await invoker.InvokeAsync(new StreamContext(batch, index), cancellation);
        Settle(batch, index, result);
    }

    private bool TrySettleUnseen(HeldBatch batch, int index)
    {
        ref readonly var entry = ref batch.Entries[index];
        if (entry.Fields.IsMissing)
        {
            ConsumerLog.TrimmedWhilePending(consumer.Logger, consumer.Plan.Name, 1, entry.Id);
            consumer.Counters.AddTrimmed(1);
            Finish(batch, index, Settlement.Acknowledge(entry.Id));
            return true;
        }
        if (!SettlementPolicy.IsExhausted(entry.DeliveryCount, consumer.Plan))
            return false;
        DeadLetterEntry(batch, index, DeadLetter.DeliveriesExhausted, error: null);
        return true;
    }

    private void Settle(HeldBatch batch, int index, HandlingResult result)
    {
        ref readonly var entry = ref batch.Entries[index];
        var verdict = SettlementPolicy.Decide(result.Outcome, entry.DeliveryCount, batch.Finish(index), consumer.Plan);
        if (verdict == Verdict.Acknowledge)
        {
            Finish(batch, index, Settlement.Acknowledge(entry.Id));
            return;
        }
        SettleUnhandled(batch, index, result, verdict);
    }

    private void SettleUnhandled(HeldBatch batch, int index, HandlingResult result, Verdict verdict)
    {
        ref readonly var entry = ref batch.Entries[index];
        if (result.Outcome is HandlingOutcome.Failed or HandlingOutcome.Undecodable)
            consumer.Counters.AddFailed(result.Error);
        switch (verdict)
        {
            case Verdict.DeadLetter:
                DeadLetterEntry(batch, index, result.Outcome == HandlingOutcome.Undecodable ? DeadLetter.Undecodable : DeadLetter.HandlerFailed, result.Error);
                break;
            case Verdict.Redeliver:
                var delay = consumer.Jitter.Backoff(consumer.Plan.RedeliveryDelay, consumer.Plan.MaxRedeliveryDelay, entry.DeliveryCount);
                ConsumerLog.WillRedeliver(consumer.Logger, result.Error, consumer.Plan.Name, entry.Id, entry.DeliveryCount, consumer.Plan.MaxDeliveries, delay);
                redeliveries.Add(entry.Id, entry.DeliveryCount, delay);
                Finish(batch, index, settlement: null);
                break;
            case Verdict.Release:
                Finish(batch, index, Settlement.Release(entry.Id));
                break;
            default:
                ConsumerLog.LeaseLost(consumer.Logger, consumer.Plan.Name, entry.Id);
                consumer.Counters.AddLeasesLost(1);
                Finish(batch, index, settlement: null);
                break;
        }
    }

    private void DeadLetterEntry(HeldBatch batch, int index, string reason, Exception? error)
    {
        ref readonly var entry = ref batch.Entries[index];
        ConsumerLog.DeadLettered(consumer.Logger, error, consumer.Plan.Name, entry.Id, entry.DeliveryCount, reason);
        consumer.Counters.AddDeadLettered();
        Finish(batch, index, Settlement.DeadLetter(entry.Id, DeadLetter.Write(entry, consumer.Plan, reason, error, consumer.Time.GetUtcNow())));
    }

    private void Finish(HeldBatch batch, int index, Settlement? settlement) => settler.Finished(held.Finish(batch, index, settlement));
}
