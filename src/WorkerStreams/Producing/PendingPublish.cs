using System.Threading.Tasks.Sources;
using WorkerStreams.Engine;

namespace WorkerStreams.Producing;

/// <summary>
/// A publish whose answer is not there yet. It ends when its caller looks and the answer is there, or when the window looks for places; a continuation is attached
/// only where somebody waits. For each of many publishes it would cost more than the publish.
/// </summary>
/// <param name="answer">The engine's answer.</param>
/// <param name="stream">The stream.</param>
/// <param name="window">The window in which it has a place.</param>
/// <param name="ended">Told the failure, or null, before the place is given back.</param>
internal sealed class PendingPublish(ValueTask<StreamEntryId?> answer, StreamName stream, PublishWindow window, Action<Exception?> ended)
    : IValueTaskSource<StreamEntryId>
{
    private ManualResetValueTaskSourceCore<StreamEntryId> _result;

    // Who moves it on from Idle has the answer for himself; to Attached it is the continuation's.
    private int _state;

    public short Version => _result.Version;

    /// <summary>Ends it if the answer is there and nobody waits for it. Returns whether it has ended.</summary>
    public bool TryEnd()
    {
        var state = Interlocked.CompareExchange(ref _state, State.Looking, State.Idle);
        if (state != State.Idle)
            return state == State.Ended;
        if (!answer.IsCompleted)
        {
            Volatile.Write(ref _state, State.Idle);
            return false;
        }
        // Who has begun to wait meanwhile goes on by himself: this may be somebody else's call, and the window's gate held.
        _result.RunContinuationsAsynchronously = true;
        End();
        return true;
    }

    /// <summary>Has it end as soon as the answer is there.</summary>
    public void Attach()
    {
        int state;
        for (var spin = new SpinWait(); (state = Interlocked.CompareExchange(ref _state, State.Attached, State.Idle)) == State.Looking;)
            spin.SpinOnce();
        if (state == State.Idle)
            answer.GetAwaiter().UnsafeOnCompleted(End);
    }

    ValueTaskSourceStatus IValueTaskSource<StreamEntryId>.GetStatus(short token)
    {
        TryEnd();
        return _result.GetStatus(token);
    }

    void IValueTaskSource<StreamEntryId>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // First, so that the caller goes on from nobody else's call.
        Attach();
        _result.OnCompleted(continuation, state, token, flags);
    }

    StreamEntryId IValueTaskSource<StreamEntryId>.GetResult(short token) => _result.GetResult(token);

    private void End()
    {
        StreamEntryId id = default;
        Exception? failure = null;
        try
        {
            id = answer.GetAwaiter().GetResult()!.Value;
        }
        catch (Exception error)
        {
            failure = error;
        }
        Volatile.Write(ref _state, State.Ended);
        ended(failure);
        window.Leave();
        if (failure is null)
            _result.SetResult(id);
        else
            _result.SetException(PublishError.Of(stream, failure));
    }

    private static class State
    {
        public const int Idle = 0, Looking = 1, Attached = 2, Ended = 3;
    }
}
