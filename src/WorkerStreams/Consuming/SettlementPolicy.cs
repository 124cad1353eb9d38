using WorkerStreams.Configuration;

namespace WorkerStreams.Consuming;

/// <summary>Decides what becomes of an entry. Pure: from outcome, delivery count and settings to a verdict.</summary>
internal static class SettlementPolicy
{
    /// <summary>
    /// Before handling: an entry delivered more often than allowed goes to the dead letters unseen, for it may be what killed the process.
    /// </summary>
    public static bool IsExhausted(long deliveryCount, ConsumerPlan plan) => deliveryCount > plan.MaxDeliveries;

    /// <summary>
    /// Before handling an entry of which nobody has told how its last delivery ended: whether it was left behind more than once, or has its last delivery, so that
    /// nothing else is to run beside it, which it could take with it, or which could take it.
    /// </summary>
    public static bool RunsAlone(long deliveryCount, ConsumerPlan plan) => deliveryCount >= Math.Clamp(plan.MaxDeliveries, 2, 3) && !IsExhausted(deliveryCount, plan);

    /// <summary>After handling.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="deliveryCount">The deliveries so far, this one included.</param>
    /// <param name="leaseKept">Whether the entry was the consumer's all the time.</param>
    /// <param name="plan">The settings.</param>
    public static Verdict Decide(in HandlingResult result, long deliveryCount, bool leaseKept, ConsumerPlan plan) => result.Outcome switch
    {
        _ when !leaseKept => Verdict.Forget,
        HandlingOutcome.Handled when result.Request is null => Verdict.Acknowledge,
        HandlingOutcome.Handled when result.Request.Verdict != Verdict.Redeliver => result.Request.Verdict,
        HandlingOutcome.Undecodable => Verdict.DeadLetter,
        HandlingOutcome.Cancelled => Verdict.Release,
        HandlingOutcome.Failed when IsFinal(result.Error, plan) => Verdict.DeadLetter,
        _ when deliveryCount >= plan.MaxDeliveries => Verdict.DeadLetter,
        _ => Verdict.Redeliver,
    };

    /// <summary>Whether a failure is of a type that no further call can mend, as the settings have it: itself, or one of those that an aggregate holds.</summary>
    public static bool IsFinal(Exception? error, ConsumerPlan plan) =>
        plan.DeadLetterOn.Any(type => type.IsInstanceOfType(error))
        || (error is AggregateException aggregate && aggregate.InnerExceptions.Any(inner => IsFinal(inner, plan)));
}

internal enum Verdict
{
    /// <summary>It is done with.</summary>
    Acknowledge,

    /// <summary>It is delivered again after a back-off, and leased until then.</summary>
    Redeliver,

    /// <summary>It goes to the dead letters.</summary>
    DeadLetter,

    /// <summary>It is handed back for another consumer to take at once.</summary>
    Release,

    /// <summary>It stays pending, and nobody renews it.</summary>
    LeavePending,

    /// <summary>It belongs to another by now: nothing is done.</summary>
    Forget,
}
