using System.Threading.Channels;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Tests.Simulation;
using static WorkerStreams.Tests.Producing.ProducerWorld;

namespace WorkerStreams.Tests.Producing;

public sealed class InFlightTests
{
    private readonly Channel<TaskCompletionSource> _answers = Channel.CreateUnbounded<TaskCompletionSource>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publishes_in_flight_are_bounded_and_those_who_wait_are_served_in_order()
    {
        using var world = CreateHeld(maxInFlight: 2);
        var publishes = Enumerable.Range(1, 5).Select(i => world.Producer.PublishAsync(Order(i), null, Cancellation).AsTask()).ToList();
        var (first, second) = (await NextAsync(), await NextAsync());
        for (var handedOver = 2; handedOver <= 5; handedOver++)
        {
            Assert.Equal(Enumerable.Range(1, handedOver), world.UserIds);
            first.SetResult();
            await publishes[handedOver - 2];
            (first, second) = (second, handedOver < 5 ? await NextAsync() : second);
        }
        second.SetResult();
        await publishes[4];
    }

    [Fact]
    public async Task Who_begins_to_wait_while_another_ends_the_publish_does_not_go_on_within_that_call()
    {
        var window = new PublishWindow(1);
        Assert.True(window.TryEnter());
        var goesOn = new TaskCompletionSource<Thread>(TaskCreationOptions.RunContinuationsAsynchronously);
        PendingPublish? publish = null;
        publish = new(new(new StreamEntryId(1, 0)), "orders", window, _ =>
        {
            var waits = new Thread(() =>
                new ValueTask<StreamEntryId>(publish!, publish!.Version).GetAwaiter().UnsafeOnCompleted(() => goesOn.SetResult(Thread.CurrentThread)));
            waits.Start();
            waits.Join();
        });

        Thread? ends = null;
        var looking = new Thread(() =>
        {
            ends = Thread.CurrentThread;
            window.LeaveWhenEnded(publish);
            Assert.True(window.TryEnter());
        });
        looking.Start();
        looking.Join();

        Assert.NotSame(ends, await goesOn.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation));
        Assert.Equal(1, window.Count);
    }

    [Fact]
    public async Task Who_waits_can_be_cancelled_and_is_not_stored()
    {
        using var world = CreateHeld(maxInFlight: 1);
        using var cancellation = new CancellationTokenSource();
        var first = world.Producer.PublishAsync(Order(1), null, Cancellation).AsTask();
        var second = world.Producer.PublishAsync(Order(2), null, cancellation.Token).AsTask();
        var third = world.Producer.PublishAsync(Order(3), null, Cancellation).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        (await NextAsync()).SetResult();
        await first;
        (await NextAsync()).SetResult();
        await third;
        Assert.Equal([1, 3], world.UserIds);
    }

    [Fact]
    public async Task A_failed_publish_makes_room()
    {
        using var world = CreateHeld(maxInFlight: 1);
        var first = world.Producer.PublishAsync(Order(1), null, Cancellation).AsTask();
        var second = world.Producer.PublishAsync(Order(2), null, Cancellation).AsTask();
        (await NextAsync()).SetException(new StreamEngineException(StreamErrorCode.Unavailable, "ERR gone"));
        await Assert.ThrowsAsync<PublishException>(() => first);
        (await NextAsync()).SetResult();
        await second;
    }

    [Fact]
    public async Task A_publish_that_nobody_waits_for_makes_room_and_is_waited_for_by_a_flush()
    {
        using var world = CreateHeld(maxInFlight: 2);
        var unheard = new List<ValueTask<StreamEntryId>>();
        Keep(world.Producer.PublishAsync(Order(1), null, Cancellation));
        Keep(world.Producer.PublishAsync(Order(2), null, Cancellation));
        var third = world.Producer.PublishAsync(Order(3), null, Cancellation).AsTask();
        (await NextAsync()).SetException(new StreamEngineException(StreamErrorCode.Unavailable, "ERR gone"));
        var answers = (await NextAsync(), await NextAsync());
        var flush = world.Producer.FlushAsync(Cancellation).AsTask();
        answers.Item2.SetResult();
        await third;
        Assert.False(flush.IsCompleted);
        answers.Item1.SetResult();
        Assert.Equal(0, await flush);
        Assert.Equal([1, 2, 3], world.UserIds);
        await Assert.ThrowsAsync<PublishException>(async () => await unheard[0]);
        Assert.True(await unheard[1] < await third);

        void Keep(ValueTask<StreamEntryId> publish) => unheard.Add(publish);
    }

    [Fact]
    public async Task A_flush_waits_for_all_in_flight_and_those_who_wait_and_refuses_new_ones()
    {
        using var world = CreateHeld(maxInFlight: 1);
        var publishes = Enumerable.Range(1, 3).Select(i => world.Producer.PublishAsync(Order(i), null, Cancellation).AsTask()).ToList();
        var flush = world.Producer.FlushAsync(Cancellation).AsTask();
        var refused = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishAsync(Order(4), null, Cancellation));
        Assert.Equal(("The message is not published to 'orders': the host is stopping.", PublishFailure.NotStored), (refused.Message, refused.Failure));
        await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync([Order(4)], null, Cancellation));
        for (var i = 0; i < 3; i++)
        {
            Assert.False(flush.IsCompleted);
            (await NextAsync()).SetResult();
            await publishes[i];
        }
        Assert.Equal(0, await flush);
        Assert.Equal([1, 2, 3], world.UserIds);
    }

    [Fact]
    public async Task A_flush_whose_time_is_up_tells_what_is_left()
    {
        using var world = CreateHeld(maxInFlight: 1);
        _ = world.Producer.PublishAsync(Order(1), null, Cancellation).AsTask();
        _ = world.Producer.PublishAsync(Order(2), null, Cancellation).AsTask();
        using var time = new CancellationTokenSource();
        var flush = world.Producer.FlushAsync(time.Token).AsTask();
        await time.CancelAsync();
        Assert.Equal(2, await flush);
    }

    [Fact]
    public async Task A_flush_of_an_idle_producer_is_done_at_once_and_may_be_repeated()
    {
        using var world = new ProducerWorld();
        await world.Producer.PublishAsync(Order(1), null, Cancellation);
        Assert.Equal(0, await world.Producer.FlushAsync(Cancellation));
        Assert.Equal(0, await world.Producer.FlushAsync(Cancellation));
        await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishAsync(Order(2), null, Cancellation));
    }

    [Fact]
    public void A_flush_stays_on_its_SynchronizationContext()
    {
        using var world = new SimulatedWorld();
        using var time = new CancellationTokenSource();
        var window = new PublishWindow(limit: 1);
        world.Await(new SimulatedProcess(world.Loop).Run(async () =>
        {
            await window.EnterAsync(time.Token);
            var flush = window.CloseAsync(time.Token);
            window.Leave();
            await flush;
        }));
    }

    [Fact]
    public async Task Many_threads_never_exceed_the_limit()
    {
        using var world = new ProducerWorld(maxInFlight: 3);
        int inFlight = 0, most = 0;
        world.Watch.Answer = async () =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref inFlight));
            await Task.Yield();
            Interlocked.Decrement(ref inFlight);
        };
        await Parallel.ForAsync(0, 500, Cancellation, async (i, cancellation) => await world.Producer.PublishAsync(Order(i), null, cancellation));
        Assert.InRange(most, 1, 3);
        Assert.Equal(Enumerable.Range(0, 500), world.UserIds.Order());
        Assert.Equal(0, await world.Producer.FlushAsync(Cancellation));
    }

    private ProducerWorld CreateHeld(int maxInFlight)
    {
        var world = new ProducerWorld(maxInFlight: maxInFlight);
        world.Watch.Answer = () =>
        {
            var answer = new TaskCompletionSource();
            _answers.Writer.TryWrite(answer);
            return answer.Task;
        };
        return world;
    }

    /// <summary>The next append that the engine has carried out; its answer is the test's to give.</summary>
    private async Task<TaskCompletionSource> NextAsync() => await _answers.Reader.ReadAsync(Cancellation);

    private static void InterlockedMax(ref int target, int value)
    {
        for (var current = target; current < value; current = target)
            Interlocked.CompareExchange(ref target, value, current);
    }
}
