using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>Tells publishers what a failure leaves behind.</summary>
internal static class PublishError
{
    public static PublishException Stopping(StreamName stream) =>
        new($"The message is not published to '{stream}': the host is stopping.", PublishFailure.NotStored, [new(AppendStatus.NotStored, default)], null);

    /// <summary>One message, after it was handed to the engine.</summary>
    public static PublishException Of(StreamName stream, Exception cause)
    {
        var result = ResultOf(cause);
        return new(
            $"The message {(result.Status == AppendStatus.NotStored ? "is not" : "may be")} stored in '{stream}': {cause.Message}",
            result.Status == AppendStatus.NotStored ? PublishFailure.NotStored : PublishFailure.MayBeStored,
            [result],
            cause);
    }

    /// <summary>Several messages, at least one of which is not stored.</summary>
    public static PublishException Of(StreamName stream, IReadOnlyList<AppendResult> results, Exception? cause)
    {
        var maybe = results.Count(result => result.Status == AppendStatus.MaybeStored);
        var stored = results.Count(result => result.Status == AppendStatus.Stored);
        return new(
            $"Of {results.Count} messages for '{stream}', {stored} are stored, {maybe} may be, {results.Count - stored - maybe} are not: {cause?.Message}",
            maybe > 0 ? PublishFailure.MayBeStored : PublishFailure.NotStored,
            results,
            cause);
    }

    /// <summary>What became of an entry whose append ended so. Who gives up waiting for the answer does not know it.</summary>
    public static AppendResult ResultOf(Exception cause) =>
        cause is StreamEngineException { MayHaveTakenEffect: false } refused
            ? new(AppendStatus.NotStored, default, refused)
            : new(AppendStatus.MaybeStored, default, cause as StreamEngineException);
}
