using WorkerStreams.Engine;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.Consuming;

/// <summary>What goes wrong while a consumer runs: nothing is lost, and the engine is not hammered.</summary>
public sealed class FailureTests : IDisposable
{
    // "No hot loop": what a minute may cost at most, once the trouble has begun.
    private const int MostCallsInAMinute = 10;

    private readonly JobWorld _world = new();

    [Fact]
    public void A_handler_that_always_throws_gives_a_dead_letter_after_the_last_delivery()
    {
        var deliveries = new List<long>();
        var host = _world.Start("a", (_, context, _) =>
        {
            deliveries.Add(context.DeliveryCount);
            throw new InvalidOperationException("out of stock");
        });
        var id = _world.Append(("number", "7"), ("note", "kept"));

        AssertCalm(host, TimeSpan.FromMinutes(10));

        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5], deliveries);
        var letter = Assert.Single(_world.DeadLetters);
        Assert.Equal("handler-failed", letter["dead:reason"]);
        Assert.Contains("out of stock", letter["dead:exception"], StringComparison.Ordinal);
        Assert.Equal(id.ToString(), letter["dead:id"]);
        Assert.Equal("5", letter["dead:deliveries"]);
        Assert.Equal("7", letter["number"]);
        Assert.Equal("kept", letter["note"]);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_payload_that_cannot_be_decoded_goes_to_the_dead_letters_at_once_and_the_next_is_handled()
    {
        var handled = new List<int>();
        var host = _world.Start("a", Handle(handled));
        _world.Append(("number", "seven"), ("note", "raw"));
        _world.Publish(8);

        AssertCalm(host, TimeSpan.FromMinutes(5));

        Assert.Equal([8], handled);
        var letter = Assert.Single(_world.DeadLetters);
        Assert.Equal("undecodable", letter["dead:reason"]);
        Assert.Equal("1", letter["dead:deliveries"]);
        Assert.Equal("seven", letter["number"]);
        Assert.Equal("raw", letter["note"]);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_group_that_is_destroyed_is_made_anew_and_nothing_is_lost_or_handled_twice()
    {
        var handled = new List<int>();
        var release = new TaskCompletionSource();
        var host = _world.Start("a", async (job, _, _) =>
        {
            if (job.Number == 2)
                await release.Task;
            handled.Add(job.Number);
        });
        _world.Publish(1, 2, 3);
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.True(JobWorld.Now(_world.Engine.DestroyGroupAsync(JobWorld.Jobs, JobWorld.Group)));
        _world.Publish(4);

        AssertCalm(host, TimeSpan.FromMinutes(5));
        release.SetResult();
        _world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2, 3, 4], handled.Order());
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_stream_that_is_deleted_is_made_anew_and_what_comes_later_is_handled()
    {
        var handled = new List<int>();
        var host = _world.Start("a", Handle(handled));
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.True(JobWorld.Now(_world.Engine.DeleteStreamAsync(JobWorld.Jobs)));
        // A new stream whose ids start below what was read before.
        _world.Run(TimeSpan.Zero);
        JobWorld.Now(_world.Engine.AppendAsync(JobWorld.Jobs, new(EntryFields.Of(("number", "2")), NewEntryId.Explicit(new(5, 1)))));

        AssertCalm(host, TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2], handled);
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void Entries_of_a_recreated_stream_are_not_skipped_when_the_loss_is_noticed_late()
    {
        var handled = new List<int>();
        var host = _world.Start("a", Handle(handled));
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.True(JobWorld.Now(_world.Engine.DeleteStreamAsync(JobWorld.Jobs)));
        JobWorld.Now(_world.Engine.AppendAsync(JobWorld.Jobs, new(EntryFields.Of(("number", "2")), NewEntryId.Explicit(new(5, 1)))));

        AssertCalm(host, TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2], handled);
    }

    [Fact]
    public void An_engine_that_fails_is_asked_again_with_back_off_and_nothing_is_lost()
    {
        var handled = new List<int>();
        var host = _world.Start("a", Handle(handled));
        host.Engine.BeforeCall = _ => throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR down");
        _world.Publish(1, 2, 3);
        _world.Run(TimeSpan.FromMinutes(1));
        Assert.InRange(host.Engine.Calls.Count, 5, 30);
        AssertCalm(host, TimeSpan.FromMinutes(10));
        host.Engine.BeforeCall = null;

        _world.Run(TimeSpan.FromMinutes(3));

        Assert.Equal([1, 2, 3], handled.Order());
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void Acknowledgements_that_fail_are_sent_again_and_nothing_is_handled_twice()
    {
        var handled = new List<int>();
        var host = _world.Start("a", Handle(handled));
        host.Engine.BeforeCall = call =>
        {
            if (call == "settle")
                throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR down");
        };
        _world.Publish(1, 2, 3);
        _world.Run(TimeSpan.FromSeconds(50));
        Assert.Equal(3, _world.Pending);
        host.Engine.BeforeCall = null;

        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal([1, 2, 3], handled.Order());
        Assert.Equal(0, _world.Pending);
    }

    public void Dispose() => _world.Dispose();

    private static Func<Job, StreamContext, CancellationToken, ValueTask> Handle(List<int> handled) => (job, _, _) =>
    {
        handled.Add(job.Number);
        return default;
    };

    private void AssertCalm(SimulatedHost host, TimeSpan duration)
    {
        for (var minute = 0; minute < duration.TotalMinutes; minute++)
        {
            var before = host.Engine.Calls.Count;
            _world.Run(TimeSpan.FromMinutes(1));
            var calls = host.Engine.Calls.Skip(before).ToList();
            Assert.True(calls.Count <= MostCallsInAMinute, $"{calls.Count} calls in minute {minute + 1}: {string.Join(", ", calls)}");
        }
    }
}
