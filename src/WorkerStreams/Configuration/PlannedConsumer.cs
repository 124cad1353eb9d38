using WorkerStreams.Consuming;

namespace WorkerStreams.Configuration;

/// <summary>A consumer's settings after validation, and what calls its handler.</summary>
internal sealed record PlannedConsumer(ConsumerPlan Plan, IMessageInvoker Invoker);
