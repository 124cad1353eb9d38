using System.Threading.Tasks.Sources;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;

namespace WorkerStreams.Redis.Commands;

/// <summary>The answer to XADD, which is read when it is asked for: the client starts a work item for each answer that somebody waits for, and for no other.</summary>
internal sealed class AppendReply(Task<RespResult> reply, RedisConnection connection) : IValueTaskSource<StreamEntryId?>
{
    public ValueTaskSourceStatus GetStatus(short token) => reply.Status switch
    {
        TaskStatus.RanToCompletion => ValueTaskSourceStatus.Succeeded,
        TaskStatus.Faulted => ValueTaskSourceStatus.Faulted,
        TaskStatus.Canceled => ValueTaskSourceStatus.Canceled,
        _ => ValueTaskSourceStatus.Pending,
    };

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        var awaiter = reply.ConfigureAwait(flags.HasFlag(ValueTaskSourceOnCompletedFlags.UseSchedulingContext)).GetAwaiter();
        if (flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext))
            awaiter.OnCompleted(Continue);
        else
            awaiter.UnsafeOnCompleted(Continue);

        void Continue() => continuation(state);
    }

    public StreamEntryId? GetResult(short token)
    {
        try
        {
            using var id = reply.GetAwaiter().GetResult();
            return id.IsNull ? null : EntryReply.IdOf(id.Read());
        }
        catch (Exception error) when (RedisError.Translate(error) is { } translated)
        {
            throw connection.Seen(translated);
        }
    }
}
