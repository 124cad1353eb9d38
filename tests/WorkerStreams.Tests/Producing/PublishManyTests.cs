using WorkerStreams.Engine;
using WorkerStreams.Tests.Serialization;
using static WorkerStreams.Tests.Producing.ProducerWorld;

namespace WorkerStreams.Tests.Producing;

public sealed class PublishManyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_are_stored_in_order_in_few_commands()
    {
        using var world = new ProducerWorld();
        var ids = await world.Producer.PublishManyAsync(Enumerable.Range(0, 600).Select(Order), null, Cancellation);
        Assert.Equal(Enumerable.Range(0, 600), world.UserIds);
        Assert.Equal(world.Entries.Select(entry => entry.Id), ids);
        Assert.Equal([256, 256, 88], world.Watch.BatchSizes);
    }

    [Fact]
    public async Task Large_messages_go_in_smaller_commands()
    {
        using var world = new ProducerWorld();
        await world.Producer.PublishManyAsync(Enumerable.Range(0, 6).Select(i => new Order(i, 1, new('x', 400_000))), null, Cancellation);
        Assert.Equal([3, 3], world.Watch.BatchSizes);
        await world.Producer.PublishManyAsync([Order(6), Order(7)], null, Cancellation);
        Assert.Equal(Enumerable.Range(0, 8), world.UserIds);
    }

    [Fact]
    public async Task No_messages_are_no_command()
    {
        using var world = new ProducerWorld();
        Assert.Empty(await world.Producer.PublishManyAsync([], null, Cancellation));
        Assert.Empty(world.Watch.BatchSizes);
    }

    [Fact]
    public async Task Headers_and_retention_hold_for_all()
    {
        using var world = new ProducerWorld(maxLength: 2);
        await world.Producer.PublishManyAsync([Order(1), Order(2), Order(3)], new() { Headers = new Dictionary<string, string> { ["a"] = "b" } }, Cancellation);
        Assert.Equal([2, 3], world.UserIds);
        Assert.All(world.Entries, entry => Assert.EndsWith(" h:a b", entry.Fields, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_id_cannot_be_asked_for_several()
    {
        using var world = new ProducerWorld();
        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await world.Producer.PublishManyAsync([Order(1)], new() { Id = new StreamEntryId(5, 0) }, Cancellation));
        Assert.Contains("The id 5-0 was asked for several messages.", error.Message, StringComparison.Ordinal);
        Assert.Empty(world.Entries);
    }

    [Fact]
    public async Task Each_may_have_an_id_of_its_own_and_a_repeated_publish_is_recognised()
    {
        using var world = new ProducerWorld();
        PublishOptions options = new() { Ids = [.. Enumerable.Range(1, 300).Select(i => new StreamEntryId((ulong)i, 0))] };
        await world.Producer.PublishManyAsync(Enumerable.Range(0, 300).Select(Order), options, Cancellation);
        Assert.Equal(options.Ids, world.Entries.Select(entry => (NewEntryId)entry.Id));

        var repeated = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync(Enumerable.Range(0, 300).Select(Order), options, Cancellation));
        Assert.Equal((PublishFailure.NotStored, 300), (repeated.Failure, world.Entries.Count));
        Assert.All(repeated.Results.Take(256), result => Assert.Equal(StreamErrorCode.IdTooSmall, result.Error!.Code));
    }

    [Fact]
    public async Task Ids_are_as_many_as_the_messages()
    {
        using var world = new ProducerWorld();
        PublishOptions options = new() { Ids = [new StreamEntryId(1, 0)] };
        foreach (var messages in (IEnumerable<Order>[])[[Order(1), Order(2)], [], Enumerable.Range(0, 2).Where(_ => true).Select(Order)])
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(async () => await world.Producer.PublishManyAsync(messages, options, Cancellation));
            Assert.StartsWith("Ids has 1 ids, and there are ", error.Message, StringComparison.Ordinal);
        }
        var one = await Assert.ThrowsAsync<ArgumentException>(async () => await world.Producer.PublishAsync(Order(1), options, Cancellation));
        Assert.StartsWith("Ids has 1 ids and was given for one message.", one.Message, StringComparison.Ordinal);
        Assert.Empty(world.Entries);
    }

    [Fact]
    public async Task An_entry_that_is_refused_does_not_stop_its_command_but_those_after_it()
    {
        using var world = new ProducerWorld(maxEntryBytes: 500);
        Order[] orders = [.. Enumerable.Range(0, 600).Select(i => i == 300 ? new Order(i, 1, new('x', 1000)) : Order(i))];
        var error = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync(orders, null, Cancellation));
        Assert.Equal(PublishFailure.NotStored, error.Failure);
        Assert.Equal(Enumerable.Range(0, 512).Where(i => i != 300), world.UserIds);
        Assert.Equal(600, error.Results.Count);
        Assert.Equal(Enumerable.Range(0, 600).Select(i => i < 512 && i != 300), error.Results.Select(result => result.Status == AppendStatus.Stored));
        Assert.Equal(StreamErrorCode.EntryTooLarge, error.Results[300].Error?.Code);
        Assert.Equal(world.Entries.Select(entry => entry.Id), error.Results.Where(result => result.Status == AppendStatus.Stored).Select(result => result.Id));
        Assert.StartsWith("Of 600 messages for 'orders', 511 are stored, 0 may be, 89 are not: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_without_an_answer_may_be_stored_and_those_after_it_are_not()
    {
        using var world = new ProducerWorld();
        world.Watch.Answer = () => world.Watch.BatchSizes.Count == 2
            ? throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR connection lost", mayHaveTakenEffect: true)
            : Task.CompletedTask;
        var error = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync(Enumerable.Range(0, 600).Select(Order).ToList(), null, Cancellation));
        Assert.Equal(PublishFailure.MayBeStored, error.Failure);
        Assert.Equal(
            [(AppendStatus.Stored, 256), (AppendStatus.MaybeStored, 256), (AppendStatus.NotStored, 88)],
            error.Results.CountBy(result => result.Status).Select(count => (count.Key, count.Value)));
        Assert.Equal([256, 256], world.Watch.BatchSizes);
    }

    [Fact]
    public async Task Cancelled_between_two_commands_the_rest_is_not_stored()
    {
        using var world = new ProducerWorld();
        using var cancellation = new CancellationTokenSource();
        world.Watch.Answer = cancellation.CancelAsync;
        var error = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync(Enumerable.Range(0, 300).Select(Order).ToList(), null, cancellation.Token));
        Assert.Equal(PublishFailure.NotStored, error.Failure);
        Assert.Equal(Enumerable.Range(0, 256), world.UserIds);
        Assert.Equal([(AppendStatus.Stored, 256), (AppendStatus.NotStored, 44)], error.Results.CountBy(result => result.Status).Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public async Task A_source_that_fails_before_the_first_command_leaves_nothing_behind()
    {
        using var world = new ProducerWorld();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await world.Producer.PublishManyAsync(Failing(after: 10), null, Cancellation));
        Assert.Empty(world.Entries);
        await world.Producer.PublishManyAsync([Order(1)], null, Cancellation);
        Assert.Equal([1], world.UserIds);
    }

    [Fact]
    public async Task A_source_that_fails_later_leaves_the_commands_before()
    {
        using var world = new ProducerWorld();
        var error = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishManyAsync(Failing(after: 300), null, Cancellation));
        Assert.IsType<InvalidDataException>(error.InnerException);
        Assert.Equal([(AppendStatus.Stored, 256), (AppendStatus.NotStored, 44)], error.Results.CountBy(result => result.Status).Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public async Task Publishes_of_many_that_overlap_do_not_mix_their_entries()
    {
        using var world = new ProducerWorld();
        var answer = new TaskCompletionSource();
        world.Watch.Answer = () => answer.Task;
        var first = world.Producer.PublishManyAsync([Order(1), Order(2)], null, Cancellation);
        var second = world.Producer.PublishManyAsync([Order(3), Order(4)], null, Cancellation);
        answer.SetResult();
        var ids = (await first).Concat(await second);
        Assert.Equal(world.Entries.Select(entry => entry.Id), ids);
        Assert.Equal([1, 2, 3, 4], world.UserIds);
    }

    private static IEnumerable<Order> Failing(int after)
    {
        for (var i = 0; i < after; i++)
            yield return Order(i);
        throw new InvalidDataException();
    }
}
