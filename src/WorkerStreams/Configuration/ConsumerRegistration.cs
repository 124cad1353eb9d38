using WorkerStreams.Consuming;

namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>AddStreamConsumer</c> asked for.</summary>
/// <param name="Name">The name in configuration, logs, health and metrics.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Group">The consumer group.</param>
/// <param name="Call">The call as it stands in code, for messages.</param>
/// <param name="Configure">Sets the options.</param>
/// <param name="CheckCodec">Asks the serializer for the message's codec; throws where it has none.</param>
/// <param name="CreateInvoker">Makes what calls the handler.</param>
internal sealed record ConsumerRegistration(
    string Name,
    string Stream,
    string Group,
    string Call,
    Action<StreamConsumerOptions>? Configure,
    Action<IMessageSerializer> CheckCodec,
    Func<IServiceProvider, ConsumerPlan, IMessageInvoker> CreateInvoker);
