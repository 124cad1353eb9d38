namespace WorkerStreams;

/// <summary>
/// Handles the messages of a stream. Returning acknowledges the message, unless the context was asked for something else; throwing retries it, later redelivers it,
/// and at last puts it to the dead letters. At-least-once: a handler sees a message again after a crash, so its effects should be idempotent.
/// </summary>
/// <typeparam name="TMessage">The type that an entry's payload or fields are read into.</typeparam>
public interface IStreamHandler<in TMessage>
{
    /// <summary>Handles one message. Up to <see cref="StreamConsumerOptions.Concurrency"/> calls run at once, each in a dependency injection scope of its own.</summary>
    /// <param name="message">The message.</param>
    /// <param name="context">Where it comes from, and what else may become of it. Valid until the call returns.</param>
    /// <param name="cancellation">Fires when the lease on the entry is lost, when the handler's time-out passes, or when the time for draining at shutdown ends.</param>
    ValueTask HandleAsync(TMessage message, StreamContext context, CancellationToken cancellation);
}
