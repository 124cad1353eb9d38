using System.Buffers;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Serialization;
using static WorkerStreams.Tests.Producing.ProducerWorld;

namespace WorkerStreams.Tests.Producing;

public sealed class PublishTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_stored_under_the_id_returned()
    {
        using var world = new ProducerWorld();
        var id = await world.Producer.PublishAsync(Order(1), null, Cancellation);
        Assert.Equal([(id, """ws:Order {"userId":1,"amount":49.99,"status":"pending"}""")], world.Entries);
    }

    [Fact]
    public async Task Headers_travel_along()
    {
        using var world = new ProducerWorld();
        await world.Producer.PublishAsync(Order(1), new() { Headers = new Dictionary<string, string> { ["tenant"] = "acme" } }, Cancellation);
        Assert.EndsWith(" h:tenant acme", Assert.Single(world.Entries).Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_can_be_asked_for()
    {
        using var world = new ProducerWorld();
        Assert.Equal(new(7, 3), await world.Producer.PublishAsync(Order(1), new() { Id = new StreamEntryId(7, 3) }, Cancellation));
        Assert.Equal(new(9, 0), await world.Producer.PublishAsync(Order(1), new() { Id = NewEntryId.AutoSequence(9) }, Cancellation));
    }

    [Fact]
    public async Task No_message_is_no_publish()
    {
        using var world = new ProducerWorld();
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await world.Producer.PublishAsync(null!, null, Cancellation));
        Assert.Empty(world.Entries);
    }

    [Fact]
    public async Task What_the_engine_refuses_is_not_stored()
    {
        using var world = new ProducerWorld();
        await world.Producer.PublishAsync(Order(1), new() { Id = new StreamEntryId(7, 3) }, Cancellation);
        var error = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishAsync(Order(2), new() { Id = new StreamEntryId(7, 3) }, Cancellation));
        Assert.Equal(PublishFailure.NotStored, error.Failure);
        Assert.Equal(AppendStatus.NotStored, Assert.Single(error.Results).Status);
        Assert.Equal(StreamErrorCode.IdTooSmall, Assert.IsType<StreamEngineException>(error.InnerException).Code);
        Assert.StartsWith("The message is not stored in 'orders': ERR The ID specified in XADD", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_engine_did_not_answer_may_be_stored()
    {
        using var world = new ProducerWorld();
        world.Watch.Answer = () => throw new StreamEngineException(StreamErrorCode.Unavailable, "ERR connection lost", mayHaveTakenEffect: true);
        var error = await Assert.ThrowsAsync<PublishException>(async () => await world.Producer.PublishAsync(Order(1), null, Cancellation));
        Assert.Equal(PublishFailure.MayBeStored, error.Failure);
        Assert.Equal(AppendStatus.MaybeStored, Assert.Single(error.Results).Status);
        Assert.Equal("The message may be stored in 'orders': ERR connection lost", error.Message);
        Assert.Single(world.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_engine_failed_without_a_word_may_be_stored(bool many)
    {
        using var world = new ProducerWorld();
        world.Watch.Answer = () => throw new IOException("broken pipe");
        var error = await Assert.ThrowsAsync<PublishException>(async () => await PublishAsync(world, many));
        Assert.Equal(PublishFailure.MayBeStored, error.Failure);
        Assert.Equal(AppendStatus.MaybeStored, Assert.Single(error.Results).Status);
        Assert.IsType<IOException>(error.InnerException);
        Assert.Single(world.Entries);
    }

    [Fact]
    public async Task Cancelled_beforehand_nothing_is_stored()
    {
        using var world = new ProducerWorld();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Producer.PublishAsync(Order(1), null, new(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Producer.PublishManyAsync([Order(1)], null, new(canceled: true)));
        Assert.Empty(world.Entries);
    }

    [Fact]
    public async Task Cancelled_while_the_engine_has_it_the_message_may_be_stored()
    {
        using var world = new ProducerWorld();
        world.Watch.Answer = () => new TaskCompletionSource().Task;
        using var cancellation = new CancellationTokenSource();
        var publish = world.Producer.PublishAsync(Order(1), null, cancellation.Token);
        await cancellation.CancelAsync();
        var error = await Assert.ThrowsAsync<PublishException>(async () => await publish);
        Assert.Equal(PublishFailure.MayBeStored, error.Failure);
        Assert.IsType<OperationCanceledException>(error.InnerException, exactMatch: false);
    }

    [Theory]
    [InlineData(typeof(NotSupportedException))]
    [InlineData(typeof(OperationCanceledException))]
    [InlineData(typeof(StreamEngineException))]
    public async Task A_message_that_cannot_be_encoded_leaves_no_trace(Type refusal)
    {
        var thrown = refusal == typeof(StreamEngineException) ? new StreamEngineException(StreamErrorCode.Unavailable, "ERR") : (Exception)Activator.CreateInstance(refusal)!;
        using var world = new ProducerWorld(maxInFlight: 1, serializer: new Refusing(thrown));
        foreach (var many in (bool[])[false, true, false])
            Assert.Same(thrown, await Assert.ThrowsAsync(refusal, async () => await PublishAsync(world, many, userId: 666)));
        await world.Producer.PublishAsync(Order(1), null, Cancellation);
        Assert.Equal("ws:Order 1 content-type text/plain", Assert.Single(world.Entries).Fields);
    }

    [Fact]
    public async Task The_newest_entries_are_kept()
    {
        using var world = new ProducerWorld(maxLength: 2);
        for (var i = 1; i <= 5; i++)
            await world.Producer.PublishAsync(Order(i), null, Cancellation);
        Assert.Equal([4, 5], world.UserIds);
    }

    [Fact]
    public async Task Entries_past_their_age_go()
    {
        using var world = new ProducerWorld(maxAge: TimeSpan.FromMinutes(1));
        for (var i = 1; i <= 5; i++)
        {
            await world.Producer.PublishAsync(Order(i), null, Cancellation);
            world.Time.Advance(TimeSpan.FromSeconds(30));
        }
        Assert.Equal([3, 4, 5], world.UserIds);
    }

    [Fact]
    public async Task The_limit_of_age_is_made_anew_once_a_second()
    {
        using var world = new ProducerWorld(maxAge: TimeSpan.FromMinutes(1));
        foreach (var milliseconds in (int[])[0, 999, 1])
        {
            world.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            await world.Producer.PublishAsync(Order(1), null, Cancellation);
        }
        Assert.Same(world.Watch.Appends[0], world.Watch.Appends[1]);
        Assert.Equal(1000u, world.Watch.Appends[2]!.Trim!.Id.Milliseconds - world.Watch.Appends[1]!.Trim!.Id.Milliseconds);
    }

    [Fact]
    public async Task Without_limits_nothing_is_trimmed()
    {
        using var world = new ProducerWorld();
        await world.Producer.PublishAsync(Order(1), null, Cancellation);
        Assert.Null(world.Watch.Appends[0]!.Trim);
    }

    private static async Task PublishAsync(ProducerWorld world, bool many, int userId = 1)
    {
        if (many)
            await world.Producer.PublishManyAsync([Order(userId)], null, Cancellation);
        else
            await world.Producer.PublishAsync(Order(userId), null, Cancellation);
    }

    /// <summary>Writes the user's id as text, but for one user.</summary>
    private sealed class Refusing(Exception refusal) : IMessageSerializer, IMessageCodec<Order>
    {
        public string ContentType => "text/plain";

        public IMessageCodec<TMessage> GetCodec<TMessage>() => (IMessageCodec<TMessage>)(object)this;

        public void Encode(Order message, IBufferWriter<byte> payload)
        {
            payload.Write("12"u8[..1]);
            if (message.UserId == 666)
                throw refusal;
        }

        public Order Decode(EncodedMessage message) => throw new NotSupportedException();
    }
}
