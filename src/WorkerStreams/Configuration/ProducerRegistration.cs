namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>AddStreamProducer</c> asked for.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="MessageType">The type of its messages.</param>
/// <param name="Configure">Sets the options.</param>
/// <param name="CheckCodec">Asks the serializer for the message's codec; throws where it has none.</param>
internal sealed record ProducerRegistration(
    string Stream, Type MessageType, Action<StreamProducerOptions>? Configure, Action<IMessageSerializer> CheckCodec)
{
    /// <summary>The call as it stands in code, for messages.</summary>
    public string Call => $"AddStreamProducer<{TypeName.Of(MessageType)}>(\"{Stream}\")";
}
