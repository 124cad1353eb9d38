using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.Redis.Tests.Differential;

/// <summary>A read that waits, in process and at the server.</summary>
internal sealed class Wait(string text, ReplyText replies, ValueTask<EntryBatch> inProcess, Task<EntryBatch> remote, CancellationTokenSource cancellation) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Text => text;

    /// <summary>Whether the read in process has ended, as it does at once when it is served.</summary>
    public bool HasEnded => inProcess.IsCompleted;

    /// <summary>The read at the server.</summary>
    public Task Remote => remote;

    /// <summary>Begins a read on both.</summary>
    public static Wait Begin(string text, ReadRequest request, ReplyText replies, IStreamEngine inProcess, RedisStreamEngine remote)
    {
        var cancellation = new CancellationTokenSource();
        return new(text, replies, Read(inProcess), Read(remote).AsTask(), cancellation);

        ValueTask<EntryBatch> Read(IStreamEngine engine) =>
            request is ReadGroupRequest group ? engine.ReadGroupAsync(group, cancellation.Token) : engine.ReadAsync(request, cancellation.Token);
    }

    public Task CancelAsync() => cancellation.CancelAsync();

    public Task<string> ReplyAsync() => ReplyOf(inProcess.AsTask());

    /// <summary>The reply; where there is none in time, that is told.</summary>
    public async Task<string> RemoteReplyAsync()
    {
        try
        {
            return await ReplyOf(remote).WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            return "waits on";
        }
    }

    public void Dispose() => cancellation.Dispose();

    private async Task<string> ReplyOf(Task<EntryBatch> read)
    {
        try
        {
            return replies.OfStreams(await read);
        }
        catch (OperationCanceledException)
        {
            return "cancelled";
        }
        catch (StreamEngineException refusal)
        {
            return $"{refusal.Code}: {refusal.Message}";
        }
    }
}
