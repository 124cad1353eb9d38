namespace WorkerStreams.Consuming;

/// <summary>Turns an entry into a call of its typed handler, with decoding, scope, Polly pipeline and telemetry. Safe for concurrent calls.</summary>
internal interface IMessageInvoker
{
    /// <summary>What the handler or the serializer throws is in the result.</summary>
    ValueTask<HandlingResult> InvokeAsync(StreamContext context, CancellationToken cancellation);
}

/// <summary>How the handling of one delivery ended.</summary>
/// <param name="Outcome">The kind of end.</param>
/// <param name="Error">What was thrown, unless it succeeded.</param>
/// <param name="Request">What a handler that returned has asked for; null is to acknowledge.</param>
internal readonly record struct HandlingResult(HandlingOutcome Outcome, Exception? Error = null, HandlerRequest? Request = null);

/// <summary>What a handler has asked for by its context.</summary>
/// <param name="Verdict">Redeliver, DeadLetter or LeavePending.</param>
internal sealed record HandlerRequest(Verdict Verdict)
{
    /// <summary>When to redeliver.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Why it goes to the dead letters.</summary>
    public string Reason { get; init; } = DeadLetterCause.DeliveriesExhausted;
}

internal enum HandlingOutcome
{
    /// <summary>The handler returned.</summary>
    Handled,

    /// <summary>The handler threw, also after all retries within this delivery.</summary>
    Failed,

    /// <summary>The entry does not hold a message of the handler's type.</summary>
    Undecodable,

    /// <summary>The handler gave up because its token was cancelled by us: lease lost, or drain over.</summary>
    Cancelled,
}
