using WorkerStreams.Configuration;
using WorkerStreams.Consuming;

namespace WorkerStreams.Tests.Consuming;

/// <summary>The whole policy, as a table: with at most 3 deliveries.</summary>
public sealed class SettlementPolicyTests
{
    private static readonly ConsumerPlan Plan = PlanOf(maxDeliveries: 3);

    [Theory]
    // outcome, delivery, lease kept -> verdict
    [InlineData(nameof(HandlingOutcome.Handled), 1, true, nameof(Verdict.Acknowledge))]
    [InlineData(nameof(HandlingOutcome.Handled), 3, true, nameof(Verdict.Acknowledge))]
    [InlineData(nameof(HandlingOutcome.Handled), 9, true, nameof(Verdict.Acknowledge))]
    [InlineData(nameof(HandlingOutcome.Handled), 1, false, nameof(Verdict.Forget))]
    [InlineData(nameof(HandlingOutcome.Failed), 1, true, nameof(Verdict.Redeliver))]
    [InlineData(nameof(HandlingOutcome.Failed), 2, true, nameof(Verdict.Redeliver))]
    [InlineData(nameof(HandlingOutcome.Failed), 3, true, nameof(Verdict.DeadLetter))]
    [InlineData(nameof(HandlingOutcome.Failed), 4, true, nameof(Verdict.DeadLetter))]
    [InlineData(nameof(HandlingOutcome.Failed), 3, false, nameof(Verdict.Forget))]
    [InlineData(nameof(HandlingOutcome.Undecodable), 1, true, nameof(Verdict.DeadLetter))]
    [InlineData(nameof(HandlingOutcome.Undecodable), 1, false, nameof(Verdict.Forget))]
    [InlineData(nameof(HandlingOutcome.Cancelled), 1, true, nameof(Verdict.Release))]
    [InlineData(nameof(HandlingOutcome.Cancelled), 3, true, nameof(Verdict.Release))]
    [InlineData(nameof(HandlingOutcome.Cancelled), 1, false, nameof(Verdict.Forget))]
    public void After_handling(string outcome, long delivery, bool leaseKept, string verdict) =>
        Assert.Equal(Enum.Parse<Verdict>(verdict), SettlementPolicy.Decide(Enum.Parse<HandlingOutcome>(outcome), delivery, leaseKept, Plan));

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Before_handling(long delivery, bool exhausted) => Assert.Equal(exhausted, SettlementPolicy.IsExhausted(delivery, Plan));

    private static ConsumerPlan PlanOf(int maxDeliveries) => new()
    {
        Name = "test",
        Stream = "s",
        Group = "g",
        Consumer = "c",
        DeadLetterStream = "{s}:dead",
        Concurrency = 1,
        PrefetchCount = 1,
        PrefetchBytes = 1024,
        MinIdleTime = TimeSpan.FromMinutes(1),
        ReclaimInterval = TimeSpan.FromMinutes(1),
        MaxDeliveries = maxDeliveries,
        RedeliveryDelay = TimeSpan.FromSeconds(1),
        MaxRedeliveryDelay = TimeSpan.FromSeconds(1),
        HandlerTimeout = null,
        ResiliencePipeline = null,
        StartFrom = GroupStart.Beginning,
        BlockTime = TimeSpan.FromMinutes(1),
    };
}
