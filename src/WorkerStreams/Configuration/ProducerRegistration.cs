namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>AddStreamProducer</c> asked for.</summary>
internal sealed record ProducerRegistration(string Stream, Type MessageType, Action<StreamProducerOptions>? Configure);
