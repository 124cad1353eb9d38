using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>What consumers log. Event ids from 100 on.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(EventId = 100, Message = "Consumer {Consumer}: the {Loop} loop failed and starts anew in {Delay}.")]
    public static partial void LoopFaulted(ILogger logger, LogLevel level, Exception error, string consumer, string loop, TimeSpan delay);

    [LoggerMessage(101, LogLevel.Warning, "Consumer {Consumer}: group {Group} of stream {Stream} was lost; it is made anew to read after {Position}.")]
    public static partial void GroupRestored(ILogger logger, string consumer, StreamName group, StreamName stream, StreamEntryId position);

    [LoggerMessage(102, LogLevel.Information, "Consumer {Consumer}: resumes {Count} of its own pending entries.")]
    public static partial void Resumed(ILogger logger, string consumer, int count);

    [LoggerMessage(103, LogLevel.Information, "Consumer {Consumer}: reclaimed {Count} entries that no consumer had renewed.")]
    public static partial void Reclaimed(ILogger logger, string consumer, int count);

    [LoggerMessage(104, LogLevel.Warning, "Consumer {Consumer}: {Count} entries, first {Id}, were trimmed or deleted while pending: they are lost, and acknowledged.")]
    public static partial void TrimmedWhilePending(ILogger logger, string consumer, int count, StreamEntryId id);

    [LoggerMessage(105, LogLevel.Warning, "Consumer {Consumer}: handling entry {Id} failed in delivery {Delivery} of {MaxDeliveries}; it is delivered again in {Delay}.")]
    public static partial void WillRedeliver(ILogger logger, Exception? error, string consumer, StreamEntryId id, long delivery, int maxDeliveries, TimeSpan delay);

    [LoggerMessage(106, LogLevel.Error, "Consumer {Consumer}: entry {Id} went to the dead letters after delivery {Delivery}: {Reason}.")]
    public static partial void DeadLettered(ILogger logger, Exception? error, string consumer, StreamEntryId id, long delivery, string reason);

    [LoggerMessage(107, LogLevel.Warning, "Consumer {Consumer}: the lease on entry {Id} was lost: another consumer owns it now.")]
    public static partial void LeaseLost(ILogger logger, string consumer, StreamEntryId id);

    [LoggerMessage(EventId = 108, Message = "Consumer {Consumer}: {Count} settlements could not be sent; they are sent again in {Delay}.")]
    public static partial void SettlementFailed(ILogger logger, LogLevel level, Exception error, string consumer, int count, TimeSpan delay);

    [LoggerMessage(109, LogLevel.Warning, "Consumer {Consumer}: {Count} entries were not settled within the time for shutdown; they stay pending.")]
    public static partial void DrainIncomplete(ILogger logger, string consumer, int count);

    [LoggerMessage(110, LogLevel.Warning, "Consumer {Consumer}: its leases could not be renewed in time; no handler is started until the engine has told what is still its own.")]
    public static partial void LeasesLapsed(ILogger logger, string consumer);

    [LoggerMessage(111, LogLevel.Error, "Consumer {Consumer}: a callback that a handler has registered on its token failed.")]
    public static partial void CallbackFailed(ILogger logger, Exception error, string consumer);

    [LoggerMessage(112, LogLevel.Error, "A callback that a handler has registered on StreamContext.Stopping failed.")]
    public static partial void StoppingCallbackFailed(ILogger logger, Exception error);

    [LoggerMessage(113, LogLevel.Information, "Consumer {Consumer}: found {Count} of its own pending entries that it was delivered in an answer which it has not heard.")]
    public static partial void Unheard(ILogger logger, string consumer, int count);

    [LoggerMessage(114, LogLevel.Debug, "Consumer {Consumer}: the handler of entry {Id} has asked in delivery {Delivery} of {MaxDeliveries} for another one; it comes in {Delay}.")]
    public static partial void RetryAsked(ILogger logger, string consumer, StreamEntryId id, long delivery, int maxDeliveries, TimeSpan delay);

    [LoggerMessage(115, LogLevel.Debug, "Consumer {Consumer}: the handler of entry {Id} has left it pending in delivery {Delivery}.")]
    public static partial void LeftPending(ILogger logger, string consumer, StreamEntryId id, long delivery);

    [LoggerMessage(116, LogLevel.Debug, "Consumer {Consumer}: entry {Id} was redriven for another group; it is acknowledged and not handled.")]
    public static partial void RedrivenForAnother(ILogger logger, string consumer, StreamEntryId id);

    /// <summary>A warning where the name was given.</summary>
    public static void OtherName(ILogger logger, bool isGiven, string consumer, StreamName name, StreamName holder, StreamName other) =>
        OtherName(logger, isGiven ? LogLevel.Warning : LogLevel.Information, consumer, name, holder, other);

    [LoggerMessage(118, LogLevel.Warning, "Consumer {Consumer}: its name {Name} was not held on to in time and is held by {Holder} now: what it had in hand is given up, and it goes on under another name.")]
    public static partial void NameLost(ILogger logger, string consumer, StreamName name, StreamName holder);

    [LoggerMessage(119, LogLevel.Information, "Consumer {Consumer}: deleted {Count} consumers of its group, first {First}, which nobody is any more and nothing is pending for.")]
    public static partial void Collected(ILogger logger, string consumer, int count, StreamName first);

    [LoggerMessage(120, LogLevel.Warning, "Consumer {Consumer}: its MinIdleTime is {Lease}, and that of another consumer of group {Group} of stream {Stream} is {OtherLease}. They should agree: who has the shorter one claims what the other still holds.")]
    public static partial void LeasesDiffer(ILogger logger, string consumer, TimeSpan lease, TimeSpan otherLease, StreamName group, StreamName stream);

    [LoggerMessage(EventId = 117, Message = "Consumer {Consumer}: the name {Name} is held by {Holder}; it takes {Other}.")]
    private static partial void OtherName(ILogger logger, LogLevel level, string consumer, StreamName name, StreamName holder, StreamName other);
}
