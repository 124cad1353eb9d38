using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Consuming;

/// <summary>When settlements are sent, what becomes of those that fail, and what is counted.</summary>
public sealed class SettlingTests : IDisposable
{
    private readonly JobWorld _world = new();

    [Fact]
    public void An_acknowledgement_waits_for_a_tenth_of_a_second_at_most()
    {
        _world.Start("a", AllButTheLast(2), options => options.Concurrency = 1);
        _world.Publish(1, 2);

        _world.Run(TimeSpan.FromMilliseconds(99));
        Assert.Equal(2, _world.Pending);
        _world.Run(TimeSpan.FromMilliseconds(2));

        Assert.Equal(1, _world.Pending);
    }

    [Theory]
    [InlineData(256, 128)]
    [InlineData(10, 5)]
    public void Acknowledgements_are_sent_when_enough_are_there(int prefetch, int enough)
    {
        _world.Start("a", AllButTheLast(enough + 1), options => (options.Concurrency, options.PrefetchCount) = (1, prefetch));
        _world.Publish([.. Enumerable.Range(1, enough + 1)]);

        _world.Run(TimeSpan.Zero);

        Assert.Equal(1, _world.Pending);
    }

    [Fact]
    public void While_settling_fails_the_back_off_is_kept_whatever_is_finished_meanwhile() => JobWorld.OnManySeeds(world =>
    {
        var host = world.Start("a", (job, _, _) => job.Number % 2 == 0 ? default : throw new InvalidOperationException(), options => options.MaxDeliveries = 1);
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                JobWorld.Refuse(call);
        };
        for (var number = 0; number < 60; number++)
        {
            world.Publish(number);
            world.Run(TimeSpan.FromSeconds(1));
        }

        // Acknowledgements, dead letters, renewals.
        Assert.InRange(host.Engine.Calls.Count(call => call == "settle"), 3, 18);
        host.Engine.BeforeCall = null;
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(0, world.Pending);
        Assert.Equal(30, world.DeadLetters.Count);
    });

    [Fact]
    public void What_is_finished_while_a_failed_command_is_repeated_does_not_wait_for_longer()
    {
        var attempts = 0;
        _world.StartSlow(
            "a",
            out var slow,
            async (job, context, cancellation) =>
            {
                if (job.Number == 3)
                    await _world.Never(job, context, cancellation);
                await _world.WaitAsync(TimeSpan.FromSeconds(job.Number == 1 ? 0 : 3.3), cancellation);
            },
            options => options.Concurrency = 1);
        slow.BeforeSettling = () =>
        {
            if (attempts++ == 0)
                JobWorld.Refuse("answer");
            return _world.WaitAsync(TimeSpan.FromSeconds(1));
        };
        _world.Publish(1, 2, 3);

        // The second attempt begins before the second job ends, and takes a second, as does the third.
        _world.Run(TimeSpan.FromSeconds(5.3));

        Assert.Equal(1, _world.Pending);
    }

    [Fact]
    public void Dead_letters_that_are_refused_back_off_while_acknowledgements_go_on()
    {
        // Something else bears the name of the dead-letter stream, so that no id is left.
        JobWorld.Now(_world.Engine.AppendAsync(JobWorld.DeadJobs, new(EntryFields.Of(("f", "v")), NewEntryId.Explicit(StreamEntryId.MaxValue))));
        var host = _world.Start("a", (job, _, _) => job.Number > 0 ? default : throw new InvalidOperationException(), options => options.MaxDeliveries = 1);
        _world.Publish(0);
        _world.Run(TimeSpan.FromSeconds(5));
        var before = host.Engine.Calls.Count(call => call == "settle");

        for (var number = 1; number <= 55; number++)
        {
            _world.Publish(number);
            _world.Run(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _world.Pending);
        Assert.InRange(host.Engine.Calls.Count(call => call == "settle") - before, 55, 62);
    }

    [Fact]
    public void What_is_not_settled_counts_against_the_prefetch_limits()
    {
        var host = _world.Start("a", (_, _, _) => default, options => (options.PrefetchCount, options.Concurrency) = (10, 2));
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                JobWorld.Refuse(call);
        };
        _world.Publish([.. Enumerable.Range(0, 1000)]);

        _world.Run(TimeSpan.FromSeconds(50));

        Assert.Equal(10, _world.Pending);
        Assert.InRange(host.Engine.Calls.Count(call => call == "settle"), 2, 8);
        host.Engine.BeforeCall = null;
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal((0L, 0L), (_world.Pending, _world.Lag));
    }

    [Fact]
    public void Only_what_was_handled_counts_as_handled()
    {
        var release = new TaskCompletionSource();
        var host = _world.Start("a", async (_, _, _) => await release.Task);
        StreamEntryId[] ids = [_world.Append(("number", "1")), _world.Append(("number", "2")), _world.Append(("number", "3"))];
        _world.Run(TimeSpan.FromSeconds(1));
        _world.Steal(ids[0]);
        JobWorld.Now(_world.Engine.AcknowledgeAsync(JobWorld.Jobs, JobWorld.Group, new[] { ids[1] }));

        release.SetResult();
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal((1, 1), (JobWorld.CountersOf(host).Handled, JobWorld.CountersOf(host).LeasesLost));
    }

    [Fact]
    public void A_trimmed_entry_counts_as_trimmed_only()
    {
        var dead = _world.Start("a", _world.Never);
        var id = _world.Append(("number", "1"));
        _world.Run(TimeSpan.FromSeconds(1));
        dead.Process.Kill();
        JobWorld.Now(_world.Engine.DeleteAsync(JobWorld.Jobs, new[] { id }));

        var host = _world.Start("a", _world.Never);
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal((0, 1), (JobWorld.CountersOf(host).Handled, JobWorld.CountersOf(host).Trimmed));
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_dead_letter_counts_when_it_is_one()
    {
        var host = _world.Start("a", (_, _, _) => default);
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                JobWorld.Refuse(call);
        };
        _world.Append(("number", "seven"));
        _world.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(0, JobWorld.CountersOf(host).DeadLettered);
        host.Engine.BeforeCall = null;

        _world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal((1, 1), (JobWorld.CountersOf(host).DeadLettered, _world.DeadLetters.Count));
    }

    [Fact]
    public void What_was_settled_in_a_command_whose_answer_is_lost_is_settled_and_counted_once() => JobWorld.OnManySeeds(world =>
    {
        var host = world.Start("a", (job, _, _) => job.Number % 2 == 0 ? default : throw new InvalidOperationException(), options => options.MaxDeliveries = 1);
        var (settles, lost) = (false, 0);
        host.Engine.BeforeCall = call => settles = call == "settle";
        host.Engine.LosesAnswer = () => settles && lost++ < 2;
        world.Publish(1, 2, 3, 4);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(["1", "3"], world.DeadLetters.Select(static letter => letter["number"]).Order());
        Assert.Equal((2, 2, 0), (JobWorld.CountersOf(host).Handled, JobWorld.CountersOf(host).DeadLettered, world.Pending));
        Assert.True(lost > 2);
    });

    public void Dispose() => _world.Dispose();

    private Func<Job, StreamContext, CancellationToken, ValueTask> AllButTheLast(int last) => (job, context, cancellation) =>
        job.Number < last ? default : _world.Never(job, context, cancellation);
}
