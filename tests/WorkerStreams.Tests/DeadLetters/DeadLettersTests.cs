using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Consuming;
using WorkerStreams.Tests.Simulation;

namespace WorkerStreams.Tests.DeadLetters;

/// <summary>What was given up is listed, redriven and deleted.</summary>
public sealed class DeadLettersTests : IDisposable
{
    private static readonly StreamName Orders = "jobs";

    private readonly JobWorld _world = new();
    private readonly List<(string Host, Job Job, IReadOnlyDictionary<string, string> Headers)> _handled = [];
    private bool _isBroken = true;

    [Fact]
    public void A_dead_letter_tells_what_happened_and_holds_the_original_fields()
    {
        var letters = LettersOf(Start("a"));
        var id = _world.Append(("number", "1"), ("note", "keep"), ("note", "both"));
        var before = _world.World.Time.GetUtcNow();
        _world.Run(TimeSpan.FromSeconds(1));

        var letter = Assert.Single(JobWorld.Now(letters.ListAsync(Orders)));

        Assert.Equal(("broken", null), (letter.Reason, letter.Exception));
        Assert.Equal((Orders, id, (StreamName)JobWorld.Group, (StreamName)"a", 1), (letter.Stream, letter.OriginalId, letter.Group, letter.Consumer, letter.DeliveryCount));
        Assert.InRange(letter.DeadLetteredAt!.Value, before, _world.World.Time.GetUtcNow());
        Assert.Equal("number 1 note keep note both", letter.Fields.ToString());
        Assert.Equal(0, letter.RedriveCount);
        Assert.Empty(letter.Headers);
        Assert.Equal(1, JobWorld.Now(letters.CountAsync(Orders)));
    }

    [Fact]
    public void An_exception_is_told_with_its_trace()
    {
        var host = _world.Start("a", (_, _, _) => throw new InvalidOperationException("why"), options => options.DeadLetterOn<InvalidOperationException>());
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));

        var letter = Assert.Single(JobWorld.Now(LettersOf(host).ListAsync(Orders)));

        Assert.Equal("handler-failed", letter.Reason);
        Assert.StartsWith("System.InvalidOperationException: why", letter.Exception, StringComparison.Ordinal);
    }

    [Fact]
    public void Dead_letters_are_listed_page_by_page_and_read_one_by_one()
    {
        var letters = GiveUp(5);

        var first = JobWorld.Now(letters.ListAsync(Orders, count: 3));
        var second = JobWorld.Now(letters.ListAsync(Orders, first[^1].Id, 3));

        Assert.Equal(["number 1", "number 2", "number 3"], first.Select(letter => letter.Fields.ToString()));
        Assert.Equal(["number 4", "number 5"], second.Select(letter => letter.Fields.ToString()));
        Assert.Empty(JobWorld.Now(letters.ListAsync(Orders, second[^1].Id)));
        Assert.Equal("number 2", JobWorld.Now(letters.GetAsync(Orders, first[1].Id))!.Fields.ToString());
        Assert.Null(JobWorld.Now(letters.GetAsync(Orders, new(1, 1))));
        Assert.Empty(JobWorld.Now(letters.ListAsync("nothing")));
    }

    [Fact]
    public void A_redriven_message_is_handled_with_its_history_in_the_headers()
    {
        var letters = GiveUp(2);
        var letter = JobWorld.Now(letters.ListAsync(Orders))[0];
        _isBroken = false;

        var id = JobWorld.Now(letters.RedriveAsync(Orders, letter.Id));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.True(id > letter.OriginalId);
        var (_, job, headers) = Assert.Single(_handled);
        Assert.Equal(new Job(1), job);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["dead:reason"] = "broken", ["dead:stream"] = "jobs", ["dead:id"] = $"{letter.OriginalId}", ["dead:group"] = JobWorld.Group, ["dead:consumer"] = "a",
                ["dead:deliveries"] = "1", ["dead:at"] = headers["dead:at"], ["dead:redriven"] = "1",
            },
            headers);
        Assert.Equal(letter.DeadLetteredAt, DateTimeOffset.Parse(headers["dead:at"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1, JobWorld.Now(letters.CountAsync(Orders)));
        Assert.Null(JobWorld.Now(letters.RedriveAsync(Orders, letter.Id)));
        Assert.Equal(0, _world.Pending);
    }

    [Fact]
    public void A_message_in_the_envelope_keeps_its_own_headers()
    {
        var host = Start("a", (services, _) => services.AddStreamProducer<Job>("jobs"));
        var producer = host.Services.GetRequiredService<IStreamProducer<Job>>();
        _world.World.Await(host.Process.Run(async () => await producer.PublishAsync(new(7), new() { Headers = new Dictionary<string, string> { ["tenant"] = "acme" } })));
        _world.Run(TimeSpan.FromSeconds(1));
        var letters = LettersOf(host);
        Assert.Equal("acme", Assert.Single(JobWorld.Now(letters.ListAsync(Orders))).Headers["tenant"]);
        _isBroken = false;

        Assert.Equal(1, JobWorld.Now(letters.RedriveAllAsync(Orders)));
        _world.Run(TimeSpan.FromSeconds(1));

        var (_, job, headers) = Assert.Single(_handled);
        Assert.Equal((new Job(7), "acme", "broken"), (job, headers["tenant"], headers["dead:reason"]));
    }

    [Fact]
    public void A_message_that_fails_again_tells_how_often_and_its_last_history_alone()
    {
        var letters = GiveUp(1);
        for (var round = 1; round <= 3; round++)
        {
            Assert.Equal(1, JobWorld.Now(letters.RedriveAllAsync(Orders)));
            _world.Run(TimeSpan.FromSeconds(1));

            var letter = Assert.Single(JobWorld.Now(letters.ListAsync(Orders)));
            Assert.Equal((round, $"{round}"), (letter.RedriveCount, letter.Headers["dead:redriven"]));
            Assert.Equal(1 + letter.Headers.Count, letter.Fields.Count);
            Assert.Equal("1", Value(letter, "number"));
            Assert.NotEqual(letter.Headers["dead:id"], $"{letter.OriginalId}");
        }
    }

    [Fact]
    public void All_that_is_there_at_the_beginning_is_redriven_and_what_fails_again_meanwhile_is_left()
    {
        var letters = GiveUp(25);

        var redriving = RedriveAllAsync(new() { MessagesPerSecond = 10 });
        _world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(25, Result(redriving));
        Assert.All(JobWorld.Now(letters.ListAsync(Orders)), letter => Assert.Equal(1, letter.RedriveCount));
        Assert.Equal(25, JobWorld.Now(letters.CountAsync(Orders)));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(10)]
    [InlineData(50)]
    public void They_are_redriven_at_the_rate_asked_for(double rate)
    {
        GiveUp(60);
        _isBroken = false;

        _ = RedriveAllAsync(new() { MessagesPerSecond = rate });
        var batch = Math.Max(1, rate / 10);
        for (var tenth = 1; tenth <= 40; tenth++)
        {
            _world.Run(TimeSpan.FromSeconds(0.1));
            Assert.InRange(_handled.Count, Math.Min(60, rate * tenth / 10) - batch, (rate * tenth / 10) + batch);
        }
        _world.Run(TimeSpan.FromSeconds(60 / rate));

        Assert.Equal(60, _handled.Count);
    }

    [Fact]
    public void Many_are_redriven_by_their_ids_and_each_once()
    {
        var letters = GiveUp(4);
        var ids = JobWorld.Now(letters.ListAsync(Orders)).Select(letter => letter.Id).ToArray();
        _isBroken = false;

        Assert.Equal(2, JobWorld.Now(letters.RedriveAsync(Orders, [ids[3], ids[1], ids[1], new(1, 1)])));
        Assert.Equal(2, JobWorld.Now(letters.RedriveAsync(Orders, ids)));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([4, 2, 1, 3], _handled.Select(handled => handled.Job.Number));
        Assert.Equal(0, JobWorld.Now(letters.CountAsync(Orders)));
    }

    [Fact]
    public void Only_those_wanted_are_redriven()
    {
        var letters = GiveUp(250);
        _isBroken = false;

        Assert.Equal(3, JobWorld.Now(letters.RedriveAllAsync(Orders, new() { Where = letter => Value(letter, "number").EndsWith("77", StringComparison.Ordinal) || letter.Fields.ToString() == "number 250" })));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([77, 177, 250], _handled.Select(handled => handled.Job.Number));
        Assert.Equal(247, JobWorld.Now(letters.CountAsync(Orders)));
    }

    [Fact]
    public void An_answer_that_gets_lost_neither_loses_nor_doubles_a_message()
    {
        var host = Start("a");
        _world.Publish([.. Enumerable.Range(1, 30)]);
        _world.Run(TimeSpan.FromSeconds(1));
        var letters = LettersOf(host);
        _isBroken = false;
        // The settlements of the consumer are answered.
        var (loses, lost) = (true, 0);
        host.Engine.BeforeCall = call => loses = call == "move";
        host.Engine.LosesAnswer = () => loses && lost++ % 3 != 2;

        while (JobWorld.Now(letters.CountAsync(Orders)) > 0)
        {
            var redrive = letters.RedriveAsync(Orders, JobWorld.Now(letters.ListAsync(Orders, count: 4)).Select(letter => letter.Id));
            if (!redrive.IsCompletedSuccessfully)
                Assert.True(Assert.Throws<StreamEngineException>(() => redrive.GetAwaiter().GetResult()).MayHaveTakenEffect);
        }
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(8, lost);
        Assert.Equal(Enumerable.Range(1, 30), _handled.Select(handled => handled.Job.Number).Order());
    }

    [Fact]
    public void Of_two_groups_only_the_one_that_gave_a_message_up_handles_it_again()
    {
        var letters = TwoGroups();

        JobWorld.Now(letters.RedriveAllAsync(Orders));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(["other", "a"], _handled.Select(handled => handled.Host));
        Assert.Equal(0, JobWorld.Now(_world.Engine.GetPendingSummaryAsync(Orders, "others")).Count);
    }

    [Fact]
    public void Every_group_handles_it_again_where_that_is_asked_for()
    {
        var letters = TwoGroups();

        JobWorld.Now(letters.RedriveAllAsync(Orders, new() { ToAllGroups = true }));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(["a", "other", "other"], _handled.Select(handled => handled.Host).Order());
    }

    [Fact]
    public void A_consumer_of_the_dead_letters_gets_those_too_that_were_redriven_for_another_group()
    {
        var letters = GiveUp(1);
        JobWorld.Now(letters.RedriveAllAsync(Orders));
        _world.Run(TimeSpan.FromSeconds(1));
        _world.World.Await(_world.World.CreateHost("other", (services, _) =>
        {
            services.AddSingleton(new JobHandler(Handle("other", _ => { })));
            services.AddStreamConsumer<Job, JobHandler>($"{JobWorld.DeadJobs}", "triage");
        }).StartAsync());
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(("other", new Job(1)), Assert.Single(_handled) is var (host, job, _) ? (host, job) : default);
    }

    [Fact]
    public void Dead_letters_are_deleted()
    {
        var letters = GiveUp(3);
        var ids = JobWorld.Now(letters.ListAsync(Orders)).Select(letter => letter.Id).ToArray();

        Assert.Equal(2, JobWorld.Now(letters.DeleteAsync(Orders, [ids[0], ids[2], new(1, 1)])));
        Assert.Equal(0, JobWorld.Now(letters.DeleteAsync("nothing", [ids[1]])));

        Assert.Equal(["number 2"], JobWorld.Now(letters.ListAsync(Orders)).Select(letter => letter.Fields.ToString()));
    }

    [Fact]
    public void What_another_program_put_among_the_dead_letters_is_told_as_far_as_it_is_known_and_can_be_redriven()
    {
        var letters = LettersOf(Start("a"));
        _isBroken = false;
        JobWorld.Now(_world.Engine.AppendAsync(JobWorld.DeadJobs, new(EntryFields.Of(("number", "1"), ("dead:at", "noon")))));
        JobWorld.Now(_world.Engine.AppendAsync(JobWorld.DeadJobs, new(EntryFields.Of(("dead:reason", "r"), ("dead:id", "none"), ("dead:deliveries", "-1"), ("dead:at", "noon"), ("number", "2")))));

        var found = JobWorld.Now(letters.ListAsync(Orders));
        Assert.Equal(["number 1 dead:at noon", "number 2"], found.Select(letter => letter.Fields.ToString()));
        Assert.Equal(["", "r"], found.Select(letter => letter.Reason));
        Assert.All(found, letter => Assert.Equal(
            (Orders, default, default, 0, null), (letter.Stream, letter.OriginalId, letter.Group, letter.DeliveryCount, letter.DeadLetteredAt)));
        Assert.Equal(2, JobWorld.Now(letters.RedriveAllAsync(Orders)));
        _world.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([1, 2], _handled.Select(handled => handled.Job.Number));
    }

    [Fact]
    public void A_dead_letter_of_the_dead_letters_goes_back_one_step()
    {
        var original = EntryFields.Of(("dead:reason", "old"), ("dead:at", "2026-01-01T00:00:00Z"), ("number", "1"));
        var dead = new EntryFieldsWriter();
        dead.Add("dead:reason"u8, "new"u8);
        dead.Add("dead:stream"u8, JobWorld.DeadJobs.Bytes);
        dead.Add("dead:at"u8, "2026-02-01T00:00:00Z"u8);
        dead.AddAll(original);
        var letters = LettersOf(Start("a"));
        JobWorld.Now(_world.Engine.AppendAsync(JobWorld.DeadJobs.Companion("dead"), new(dead.Written)));

        Assert.Equal(1, JobWorld.Now(letters.RedriveAllAsync(JobWorld.DeadJobs)));

        Assert.Equal("old", Assert.Single(JobWorld.Now(letters.ListAsync(Orders))).Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.0009)]
    [InlineData(1_000_001)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task A_rate_out_of_its_range_is_refused(double rate)
    {
        var letters = LettersOf(Start("a"));
        var thrown = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => letters.RedriveAllAsync(Orders, new() { MessagesPerSecond = rate }).AsTask());
        Assert.Contains($"MessagesPerSecond is '{rate}'. Allowed: 0.001 to 1,000,000, or null.", thrown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => letters.RedriveAsync(Orders, [], new() { MessagesPerSecond = rate }).AsTask());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task A_page_out_of_its_range_is_refused(int count) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(nameof(count), async () => await LettersOf(Start("a")).ListAsync(Orders, count: count));

    [Theory]
    [InlineData("")]
    [InlineData("stray}")]
    public async Task A_stream_that_can_have_no_dead_letters_is_refused(string stream) =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await LettersOf(Start("a")).ListAsync(stream));

    /// <inheritdoc/>
    public void Dispose() => _world.Dispose();

    // Given up by group workers, handled by group others.
    private IDeadLetters TwoGroups()
    {
        var host = Start("a");
        _world.World.Await(_world.World.CreateHost("other", (services, _) =>
        {
            services.AddSingleton(new JobHandler(Handle("other", _ => { })));
            services.AddStreamConsumer<Job, JobHandler>("jobs", "others");
        }).StartAsync());
        _world.Publish(1);
        _world.Run(TimeSpan.FromSeconds(1));
        _isBroken = false;
        return LettersOf(host);
    }

    private IDeadLetters GiveUp(int count)
    {
        var letters = LettersOf(Start("a"));
        _world.Publish([.. Enumerable.Range(1, count)]);
        _world.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(count, JobWorld.Now(letters.CountAsync(Orders)));
        return letters;
    }

    private SimulatedHost Start(string name, Action<IServiceCollection, SimulatedHost>? register = null) => _world.Start(
        name,
        Handle(name, context =>
        {
            if (_isBroken)
                context.DeadLetter("broken");
        }),
        options => options.Concurrency = 1,
        register);

    private Func<Job, StreamContext, CancellationToken, ValueTask> Handle(string name, Action<StreamContext> ask) => (job, context, _) =>
    {
        ask(context);
        if (!_isBroken || name == "other")
            _handled.Add((name, job, context.Headers));
        return default;
    };

    // As a process of its own, whose waits pass with the world's time.
    private Task<long> RedriveAllAsync(RedriveOptions options)
    {
        var admin = _world.World.CreateHost("admin", (_, _) => { });
        var redriven = new TaskCompletionSource<long>();
        admin.Process.Run(async () => redriven.SetResult(await LettersOf(admin).RedriveAllAsync(Orders, options)));
        return redriven.Task;
    }

    private static T Result<T>(Task<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        return task.GetAwaiter().GetResult();
    }

    private static string Value(DeadLetter letter, string name)
    {
        Assert.True(letter.Fields.TryGetValue(System.Text.Encoding.UTF8.GetBytes(name), out var value));
        return System.Text.Encoding.UTF8.GetString(value);
    }

    private static IDeadLetters LettersOf(SimulatedHost host) => host.Services.GetRequiredService<IDeadLetters>();
}
