using WorkerStreams.Consuming;

namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>AddStreamConsumer</c> asked for.</summary>
internal sealed record ConsumerRegistration(
    string Name,
    string Stream,
    string Group,
    Action<StreamConsumerOptions>? Configure,
    Func<IServiceProvider, ConsumerPlan, IMessageInvoker> CreateInvoker);
