using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Consuming;

/// <summary>What was delivered in an answer that was not heard is found soon, and no delivery is counted for that.</summary>
public sealed class UnheardTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly JobWorld _world = new();
    private readonly List<(int Job, long Delivery)> _handled = [];
    private int _answersToLose;

    [Fact]
    public void What_a_read_brought_that_failed_is_taken()
    {
        StartLosing();
        _world.Publish(1, 2, 3);
        _world.Run(TimeSpan.FromSeconds(3));
        Assert.Equal([(1, 1L), (2, 1L), (3, 1L)], _handled);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void What_the_read_is_delivered_later_is_taken_when_it_must_have_ended()
    {
        StartLosing();
        _world.Publish(1);
        _world.Run(TimeSpan.FromMilliseconds(500));
        // The loop has not begun to read again.
        _world.Publish(2);
        JobWorld.Now(_world.Engine.ReadGroupAsync(new() { Group = JobWorld.Group, Consumer = "a", Streams = [new(JobWorld.Jobs, ReadPosition.Undelivered)] })).Dispose();
        _world.Run(IStreamEngine.LongestUnheardRead - TimeSpan.FromSeconds(1));
        Assert.Equal([(1, 1L)], _handled);
        _world.Run(TimeSpan.FromSeconds(3));
        Assert.Equal([(1, 1L), (2, 1L)], _handled);
    }

    [Fact]
    public void What_a_claim_brought_that_failed_is_taken()
    {
        _world.Start("dead", _world.Never).Process.Kill();
        _world.Publish(1, 2);
        _world.Run(TimeSpan.FromSeconds(1));
        JobWorld.Now(_world.Engine.ReadGroupAsync(new() { Group = JobWorld.Group, Consumer = "dead", Streams = [new(JobWorld.Jobs, ReadPosition.Undelivered)] })).Dispose();
        StartLosing(reclaimInterval: TimeSpan.FromMinutes(1));
        _world.Run(TimeSpan.FromMinutes(63));
        Assert.Equal([(1, 2L), (2, 2L)], _handled);
    }

    [Fact]
    public void What_was_not_heard_is_taken_while_a_sweep_waits_for_handlers_and_the_sweep_goes_on_after_it()
    {
        _world.LeaveBehind("dead", jobs: 6);
        var begun = new Queue<TaskCompletionSource>();
        var host = _world.Start("a", HandleAsync, options => options.Concurrency = 4);
        _world.Run(TimeSpan.FromMinutes(3));
        Assert.Equal(4, begun.Count);

        Lose(host);
        _world.Publish(100);
        _world.Run(TimeSpan.FromSeconds(3));
        begun.Dequeue().SetResult();
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.Equal((100, 1L), _handled[^1]);
        Assert.Equal(3, begun.Count);

        for (; begun.TryDequeue(out var handler); _world.Run(TimeSpan.FromSeconds(1)))
            handler.SetResult();
        Assert.Equal([0, 1, 2, 3, 4, 5, 100], _handled.Select(static handled => handled.Job).Order());
        Assert.Equal(0, _world.Pending);

        async ValueTask HandleAsync(Job job, StreamContext context, CancellationToken cancellation)
        {
            if (job.Number < 100)
            {
                begun.Enqueue(new());
                await begun.Last().Task;
            }
            _handled.Add((job.Number, context.DeliveryCount));
        }
    }

    [Fact]
    public void What_is_held_or_waits_for_its_redelivery_is_left_alone()
    {
        var host = _world.Start("a", HandleAsync, options =>
        {
            (options.MinIdleTime, options.ReclaimInterval, options.RedeliveryDelay) = (Long, Long, TimeSpan.FromMinutes(1));
        });
        _world.Publish(100, -1);
        _world.Run(TimeSpan.FromSeconds(1));
        Lose(host);
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(30));
        Assert.Equal([(100, 1L), (-1, 1L), (1, 1L)], _handled.Distinct());
        Assert.Single(_handled, static handled => handled.Job == 100);

        async ValueTask HandleAsync(Job job, StreamContext context, CancellationToken cancellation)
        {
            _handled.Add((job.Number, context.DeliveryCount));
            if (job.Number == 100)
                await _world.Never(job, context, cancellation);
            if (job.Number < 0)
                throw new InvalidOperationException();
        }
    }

    [Fact]
    public void What_has_not_been_looked_for_as_the_host_stops_is_handed_back() => JobWorld.OnManySeeds(static world =>
    {
        var handled = 0;
        var host = world.Start("a", (_, _, _) =>
        {
            handled++;
            return default;
        });
        world.Run(TimeSpan.FromSeconds(1));
        var answersToLose = 1;
        host.Engine.LosesAnswer = () => answersToLose-- > 0;
        world.Publish(1);

        world.World.Await(host.StopAsync());

        Assert.Equal(handled == 1 ? 0 : 1, world.HandedBack);
        Assert.Equal(world.HandedBack, world.Pending);
    });

    public void Dispose() => _world.Dispose();

    private void StartLosing(TimeSpan? reclaimInterval = null)
    {
        var host = _world.Start("a", (job, context, _) =>
        {
            _handled.Add((job.Number, context.DeliveryCount));
            return ValueTask.CompletedTask;
        }, options => (options.MinIdleTime, options.ReclaimInterval) = (Long, reclaimInterval ?? Long));
        _world.Run(TimeSpan.FromSeconds(1));
        Lose(host);
    }

    private void Lose(Simulation.SimulatedHost host)
    {
        _answersToLose = 1;
        host.Engine.LosesAnswer = () => _answersToLose-- > 0;
    }
}
