using WorkerStreams.Engine;

namespace WorkerStreams;

/// <summary>
/// The messages that consumers have given up, stream by stream: those of <c>orders</c> lie in <c>{orders}:dead</c>. To be injected wherever
/// <c>AddWorkerStreams</c> was called, on any engine. Every method takes the stream that the messages came from, any stream, not the one they lie in. Safe for use by many
/// threads and hosts at once: a message is redriven by one of them.
/// </summary>
/// <remarks>
/// Methods throw <see cref="StreamEngineException"/> as the engine does, and <see cref="ArgumentException"/> for a stream that has no name, or whose name holds a
/// <c>}</c> that closes no hash tag.
/// </remarks>
public interface IDeadLetters
{
    /// <summary>XLEN: how many dead letters there are.</summary>
    ValueTask<long> CountAsync(StreamName stream, CancellationToken cancellation = default);

    /// <summary>XRANGE: a page of dead letters, the oldest first.</summary>
    /// <param name="stream">The stream that the messages came from.</param>
    /// <param name="after">The <see cref="DeadLetter.Id"/> of the last one seen; null begins with the oldest.</param>
    /// <param name="count">The most of them. 1 to 10,000. Default: 100.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The dead letters; none is the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of its range.</exception>
    ValueTask<IReadOnlyList<DeadLetter>> ListAsync(StreamName stream, StreamEntryId? after = null, int count = 100, CancellationToken cancellation = default);

    /// <summary>One dead letter, or null where there is none of this <see cref="DeadLetter.Id"/>.</summary>
    ValueTask<DeadLetter?> GetAsync(StreamName stream, StreamEntryId id, CancellationToken cancellation = default);

    /// <summary>
    /// Puts a message back to the end of the stream it came from, with its original fields and its history as headers, for the group that gave it up; its dead letter
    /// goes in the same step. If the call fails, it may be made again: what was redriven is not there any more.
    /// </summary>
    /// <param name="stream">The stream that the message came from.</param>
    /// <param name="id">The <see cref="DeadLetter.Id"/>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The message's new id, or null where there is no such dead letter.</returns>
    ValueTask<StreamEntryId?> RedriveAsync(StreamName stream, StreamEntryId id, CancellationToken cancellation = default);

    /// <summary>Puts some messages back, each as <see cref="RedriveAsync(StreamName, StreamEntryId, CancellationToken)"/> does, in few steps of up to 100 messages.</summary>
    /// <param name="stream">The stream that the messages came from.</param>
    /// <param name="ids">The <see cref="DeadLetter.Id"/> of each; those that are not there are left out.</param>
    /// <param name="options">The rate and more; null stands for the defaults.</param>
    /// <param name="cancellation">Ends the call; what is redriven until then stays so.</param>
    /// <returns>How many were redriven.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    ValueTask<long> RedriveAsync(StreamName stream, IEnumerable<StreamEntryId> ids, RedriveOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Puts all messages back that are among the dead letters when the call begins, the oldest first; what fails again meanwhile is left.</summary>
    /// <inheritdoc cref="RedriveAsync(StreamName, IEnumerable{StreamEntryId}, RedriveOptions?, CancellationToken)"/>
    ValueTask<long> RedriveAllAsync(StreamName stream, RedriveOptions? options = null, CancellationToken cancellation = default);

    /// <summary>XDEL: deletes dead letters.</summary>
    /// <param name="stream">The stream that the messages came from.</param>
    /// <param name="ids">The <see cref="DeadLetter.Id"/> of each.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>How many were there.</returns>
    ValueTask<long> DeleteAsync(StreamName stream, IEnumerable<StreamEntryId> ids, CancellationToken cancellation = default);
}
