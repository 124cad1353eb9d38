using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>Publishes messages to the stream it was registered for with <c>AddStreamProducer</c>. Safe for use by many threads.</summary>
/// <typeparam name="TMessage">The message's type.</typeparam>
public interface IStreamProducer<in TMessage>
{
    /// <summary>Publishes one message; completes when the engine has accepted it.</summary>
    /// <returns>The entry's id.</returns>
    /// <exception cref="PublishException">
    /// It is not stored, or may be stored; <see cref="PublishException.Failure"/> tells which. Also when cancelled while the engine has the message, and
    /// when the host is stopping.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled before the message was handed to the engine: it is not stored.</exception>
    ValueTask<StreamEntryId> PublishAsync(TMessage message, PublishOptions? options = null, CancellationToken cancellation = default);

    /// <summary>
    /// Publishes many messages in order, in few commands of up to 256 messages or about 1 MiB; completes when the engine has answered for each. When
    /// one command fails, the messages after it are not sent.
    /// </summary>
    /// <returns>The ids, in the order of the messages.</returns>
    /// <exception cref="PublishException">At least one is not stored; <see cref="PublishException.Results"/> tells what became of each.</exception>
    /// <exception cref="ArgumentException">The options ask for one id, or for ids that are not as many as the messages.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the messages were handed to the engine: none is stored.</exception>
    ValueTask<IReadOnlyList<StreamEntryId>> PublishManyAsync(IEnumerable<TMessage> messages, PublishOptions? options = null, CancellationToken cancellation = default);
}
