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
        Assert.Equal(Enum.Parse<Verdict>(verdict), SettlementPolicy.Decide(new(Enum.Parse<HandlingOutcome>(outcome)), delivery, leaseKept, Plan));

    [Theory]
    // asked for, delivery, lease kept -> verdict
    [InlineData(nameof(Verdict.Redeliver), 1, true, nameof(Verdict.Redeliver))]
    [InlineData(nameof(Verdict.Redeliver), 2, true, nameof(Verdict.Redeliver))]
    [InlineData(nameof(Verdict.Redeliver), 3, true, nameof(Verdict.DeadLetter))]
    [InlineData(nameof(Verdict.Redeliver), 4, true, nameof(Verdict.DeadLetter))]
    [InlineData(nameof(Verdict.Redeliver), 1, false, nameof(Verdict.Forget))]
    [InlineData(nameof(Verdict.DeadLetter), 1, true, nameof(Verdict.DeadLetter))]
    [InlineData(nameof(Verdict.DeadLetter), 1, false, nameof(Verdict.Forget))]
    [InlineData(nameof(Verdict.LeavePending), 1, true, nameof(Verdict.LeavePending))]
    [InlineData(nameof(Verdict.LeavePending), 3, true, nameof(Verdict.LeavePending))]
    [InlineData(nameof(Verdict.LeavePending), 1, false, nameof(Verdict.Forget))]
    public void After_a_handler_has_returned_that_asked_for_something(string asked, long delivery, bool leaseKept, string verdict) =>
        Assert.Equal(
            Enum.Parse<Verdict>(verdict),
            SettlementPolicy.Decide(new(HandlingOutcome.Handled, Request: new(Enum.Parse<Verdict>(asked))), delivery, leaseKept, Plan));

    // With IOException and UnauthorizedAccessException as types that go to the dead letters at once.
    public static TheoryData<Exception, bool> Failures => new()
    {
        { new IOException(), true },
        { new FileNotFoundException(), true },
        { new UnauthorizedAccessException(), true },
        { new InvalidOperationException(), false },
        { new AggregateException(new InvalidOperationException(), new IOException()), true },
        { new AggregateException(new AggregateException(new FileNotFoundException())), true },
        { new AggregateException(new InvalidOperationException()), false },
        { new InvalidOperationException("outer", new IOException()), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void After_a_failure_by_its_type(Exception error, bool isFinal)
    {
        var plan = Plan with { DeadLetterOn = [typeof(IOException), typeof(UnauthorizedAccessException)] };

        Assert.Equal(isFinal ? Verdict.DeadLetter : Verdict.Redeliver, SettlementPolicy.Decide(new(HandlingOutcome.Failed, error), 1, leaseKept: true, plan));
        Assert.Equal(Verdict.Forget, SettlementPolicy.Decide(new(HandlingOutcome.Failed, error), 1, leaseKept: false, plan));
        Assert.Equal(Verdict.Release, SettlementPolicy.Decide(new(HandlingOutcome.Cancelled, error), 1, leaseKept: true, plan));
        Assert.Equal(Verdict.Redeliver, SettlementPolicy.Decide(new(HandlingOutcome.Failed, error), 1, leaseKept: true, Plan));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Before_handling(long delivery, bool exhausted) => Assert.Equal(exhausted, SettlementPolicy.IsExhausted(delivery, Plan));

    [Theory]
    [InlineData(1, 5, false)]
    [InlineData(2, 5, false)]
    [InlineData(3, 5, true)]
    [InlineData(5, 5, true)]
    [InlineData(6, 5, false)]
    [InlineData(2, 3, false)]
    [InlineData(3, 3, true)]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, false)]
    public void Before_handling_what_was_left_behind(long delivery, int most, bool alone) => Assert.Equal(alone, SettlementPolicy.RunsAlone(delivery, PlanOf(most)));

    private static ConsumerPlan PlanOf(int maxDeliveries) => new()
    {
        Name = "test",
        Stream = "s",
        Group = "g",
        Names = new("c", 1, IsGiven: true),
        DeadLetterStream = "{s}:dead",
        HandBackStream = "{s}:handed-back",
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
        DeadLetterOn = [],
        StartFrom = GroupStart.Beginning,
        BlockTime = TimeSpan.FromMinutes(1),
    };
}
