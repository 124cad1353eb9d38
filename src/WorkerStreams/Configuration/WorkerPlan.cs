using WorkerStreams.Consuming;

namespace WorkerStreams.Configuration;

/// <summary>All that a host runs, after validation.</summary>
/// <param name="Consumers">The consumers.</param>
/// <param name="Producers">The producers.</param>
internal sealed record WorkerPlan(IReadOnlyList<PlannedConsumer> Consumers, IReadOnlyList<ProducerPlan> Producers);

/// <summary>A consumer and what calls its handler.</summary>
internal sealed record PlannedConsumer(ConsumerPlan Plan, IMessageInvoker Invoker);
