using System.Runtime.CompilerServices;
using WorkerStreams.DeadLetters;
using WorkerStreams.Engine;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>One entry's way: a last look before handling, the handler, the verdict, the settlement.</summary>
internal sealed class EntryHandler(ConsumerEnvironment consumer, IMessageInvoker invoker, HeldEntries held, Settler settler, Settler deadLetters, Redeliveries redeliveries)
{
    public ValueTask HandleAsync(HeldBatch batch, int index, CancellationToken cancellation)
    {
        if (TrySettleUnseen(batch, index))
            return default;
        ValueTask<HandlingResult> call;
        try
        {
            call = invoker.InvokeAsync(new StreamContext(batch, index), cancellation);
        }
        catch (Exception error)
        {
            call = new(Broken(error));
        }
        if (!call.IsCompletedSuccessfully)
            return WaitAsync(call, batch, index);
        Settle(batch, index, call.Result);
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(ValueTask<HandlingResult> call, HeldBatch batch, int index)
    {
        HandlingResult result;
        try
        {
            result = await call;
        }
        catch (Exception error)
        {
            result = Broken(error);
        }
        Settle(batch, index, result);
    }

    // Whoever listens to telemetry may throw.
    private static HandlingResult Broken(Exception error) => new(HandlingOutcome.Failed, error);

    private bool TrySettleUnseen(HeldBatch batch, int index)
    {
        ref readonly var entry = ref batch.Entries[index];
        // The others were given it when it first came.
        var isForAnotherGroup = RedrivenEntry.IsForAnotherGroup(entry.Fields, consumer.Plan.Group);
        if (!entry.Fields.IsMissing && !isForAnotherGroup && !SettlementPolicy.IsExhausted(entry.DeliveryCount, consumer.Plan))
            return false;
        if (!batch.Finish(index))
        {
            Lose(batch, index);
        }
        else if (entry.Fields.IsMissing)
        {
            consumer.ReportTrimmed(entry.Id);
            settler.Finish(new(Settlement.Acknowledge(entry.Id), batch, index));
        }
        else if (isForAnotherGroup)
        {
            ConsumerLog.RedrivenForAnother(consumer.Logger, consumer.Plan.Name, entry.Id);
            settler.Finish(new(Settlement.Acknowledge(entry.Id), batch, index));
        }
        else
        {
            PutToDeadLetters(batch, index, new(DeadLetterCause.DeliveriesExhausted, Error: null));
        }
        return true;
    }

    private void Settle(HeldBatch batch, int index, HandlingResult result)
    {
        ref readonly var entry = ref batch.Entries[index];
        var verdict = SettlementPolicy.Decide(result, entry.DeliveryCount, batch.Finish(index), consumer.Plan);
        if (verdict == Verdict.Acknowledge)
        {
            settler.Finish(new(Settlement.Acknowledge(entry.Id), batch, index));
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
                PutToDeadLetters(batch, index, DeadLetterCause.Of(result));
                break;
            case Verdict.Redeliver:
                redeliveries.Add(batch.Lease(index), entry.Fields.EncodedLength, DelayOf(result, entry));
                held.Forget(batch, index);
                break;
            case Verdict.LeavePending:
                ConsumerLog.LeftPending(consumer.Logger, consumer.Plan.Name, entry.Id, entry.DeliveryCount);
                held.Forget(batch, index);
                break;
            case Verdict.Release:
                // Broken off by this host, it has not failed: the delivery does not count.
                settler.Finish(new(Settlement.ReleaseUnstarted(entry.Id), batch, index));
                break;
            default:
                Lose(batch, index);
                break;
        }
    }

    private TimeSpan DelayOf(HandlingResult result, in StreamEntry entry)
    {
        var plan = consumer.Plan;
        if (result.Request is { Delay: var asked })
        {
            ConsumerLog.RetryAsked(consumer.Logger, plan.Name, entry.Id, entry.DeliveryCount, plan.MaxDeliveries, asked);
            return asked;
        }
        var delay = consumer.Jitter.Backoff(plan.RedeliveryDelay, plan.MaxRedeliveryDelay, entry.DeliveryCount);
        ConsumerLog.WillRedeliver(consumer.Logger, result.Error, plan.Name, entry.Id, entry.DeliveryCount, plan.MaxDeliveries, delay);
        return delay;
    }

    private void Lose(HeldBatch batch, int index)
    {
        consumer.ReportLost(batch.Entries[index].Id);
        held.Forget(batch, index);
    }

    private void PutToDeadLetters(HeldBatch batch, int index, DeadLetterCause cause)
    {
        var fields = cause.Write(batch.Entries[index], consumer);
        deadLetters.Finish(new(Settlement.DeadLetter(batch.Entries[index].Id, fields), batch, index, cause));
    }
}
