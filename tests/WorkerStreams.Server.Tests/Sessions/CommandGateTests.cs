using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Tests.Sessions;

public sealed class CommandGateTests
{
    private readonly CommandGate _gate = new();

    [Fact]
    public void Many_share_it()
    {
        Assert.True(_gate.TryEnterShared());
        Assert.True(_gate.TryEnterShared());
        _gate.ExitShared();
        _gate.ExitShared();
        Assert.True(_gate.EnterAloneAsync().AsTask().IsCompleted);
    }

    [Fact]
    public async Task Who_is_alone_waits_for_all_and_lets_nobody_in()
    {
        Assert.True(_gate.TryEnterShared());
        Assert.True(_gate.TryEnterShared());
        var alone = _gate.EnterAloneAsync().AsTask();
        Assert.False(_gate.TryEnterShared());
        var shared = _gate.EnterSharedAsync().AsTask();
        _gate.ExitShared();
        Assert.False(alone.IsCompleted);

        _gate.ExitShared();
        await alone.WaitAsync(Patience);
        Assert.False(shared.IsCompleted);
        _gate.ExitAlone();

        await shared.WaitAsync(Patience);
        Assert.True(_gate.TryEnterShared());
    }

    [Fact]
    public async Task Those_who_share_go_before_the_next_who_is_alone()
    {
        await _gate.EnterAloneAsync();
        var next = _gate.EnterAloneAsync().AsTask();
        var shared = _gate.EnterSharedAsync().AsTask();

        _gate.ExitAlone();
        await shared.WaitAsync(Patience);
        Assert.False(next.IsCompleted);
        Assert.False(_gate.TryEnterShared());
        _gate.ExitShared();

        await next.WaitAsync(Patience);
        _gate.ExitAlone();
        Assert.True(_gate.TryEnterShared());
    }

    [Fact]
    public async Task Nobody_is_beside_who_is_alone_whatever_comes()
    {
        const int Rounds = 5_000;
        var (shared, alone) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(RunAsync)).WaitAsync(Patience);
        Assert.Equal((0, 0), (shared, alone));

        async Task RunAsync(int number)
        {
            await Task.Yield();
            for (var round = 0; round < Rounds; round++)
            {
                if ((round + number) % 3 == 0)
                {
                    await _gate.EnterAloneAsync();
                    Assert.Equal((1, 0), (Interlocked.Increment(ref alone), Volatile.Read(ref shared)));
                    Interlocked.Decrement(ref alone);
                    _gate.ExitAlone();
                }
                else
                {
                    await _gate.EnterSharedAsync();
                    Interlocked.Increment(ref shared);
                    Assert.Equal(0, Volatile.Read(ref alone));
                    Interlocked.Decrement(ref shared);
                    _gate.ExitShared();
                }
            }
        }
    }

    private static CancellationToken Patience => Wire.ListenerHost.Patience;
}
