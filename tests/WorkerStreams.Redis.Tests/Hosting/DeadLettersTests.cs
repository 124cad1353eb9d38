using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Hosting;

/// <summary>Dead letters on a real server, and on a cluster, where a stream and its dead letters share a slot.</summary>
public sealed class DeadLettersTests(RedisServer server, ServerCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _stream = $"{Guid.NewGuid():N}";

    [Fact]
    public Task What_was_given_up_is_redriven_and_handled()
    {
        server.Require();
        return RedriveAsync(server.Configuration.ToString());
    }

    [Fact]
    public async Task Also_on_a_cluster()
    {
        server.Require();
        await RedriveAsync((await cluster.ConfigureAsync()).ToString());
    }

    [Fact]
    public async Task What_is_too_large_for_a_script_is_refused_and_the_others_can_be_redriven()
    {
        server.Require();
        var cancellation = TestContext.Current.CancellationToken;
        using var host = Build(server.Configuration.ToString());
        var (engine, letters, dead) = (host.Services.GetRequiredService<IStreamEngine>(), host.Services.GetRequiredService<IDeadLetters>(), new StreamName(_stream).Companion("dead"));
        await engine.AppendAsync(dead, new(EntryFields.Of([.. Enumerable.Range(0, 3000).Select(number => ($"f{number}", "v"))])), null, cancellation);
        await engine.AppendAsync(dead, new(EntryFields.Of([.. Enumerable.Range(0, 2999).Select(number => ($"f{number}", "v"))])), null, cancellation);

        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => letters.RedriveAllAsync(_stream, cancellation: cancellation).AsTask());
        Assert.Equal(StreamErrorCode.EntryTooLarge, thrown.Code);
        Assert.Contains("has 3001 fields. Allowed for a move: 3000.", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(2, await letters.CountAsync(_stream, cancellation));
        Assert.Equal(1, await letters.RedriveAllAsync(_stream, new() { Where = letter => letter.Fields.Count < 3000 }, cancellation));
        Assert.Equal(1, await engine.GetLengthAsync(_stream, cancellation));
        await engine.DeleteStreamAsync(_stream, cancellation);
        await engine.DeleteStreamAsync(dead, cancellation);
    }

    private async Task RedriveAsync(string configuration)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var host = Build(configuration);
        await host.StartAsync(cancellation);
        var (letters, desk) = (host.Services.GetRequiredService<IDeadLetters>(), host.Services.GetRequiredService<Desk>());
        await host.Services.GetRequiredService<IStreamProducer<Letter>>().PublishManyAsync(Enumerable.Range(1, 150).Select(number => new Letter(number)), cancellation: cancellation);
        await desk.AllRefused.Task.WaitAsync(Patience, cancellation);
        // The handler has returned; the settlements follow.
        for (var begun = TimeProvider.System.GetTimestamp(); await letters.CountAsync(_stream, cancellation) < 150;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, "The dead letters are not all there.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }

        desk.IsOpen = true;
        var first = (await letters.ListAsync(_stream, count: 1, cancellation: cancellation))[0];
        Assert.Equal(("the desk is closed", 1), (first.Reason, first.DeliveryCount));
        Assert.NotNull(await letters.RedriveAsync(_stream, first.Id, cancellation));
        Assert.Equal(149, await letters.RedriveAllAsync(_stream, new() { MessagesPerSecond = 5_000 }, cancellation));
        await desk.AllTaken.Task.WaitAsync(Patience, cancellation);

        Assert.Equal(0, await letters.CountAsync(_stream, cancellation));
        Assert.Equal(Enumerable.Range(1, 150), desk.Taken.Order());
        await host.StopAsync(cancellation);
    }

    private IHost Build(string configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerStreams().UseRedis(configuration);
        builder.Services.AddSingleton<Desk>();
        builder.Services.AddStreamProducer<Letter>(_stream, producer => producer.KeepForever = true);
        builder.Services.AddStreamConsumer<Letter, LetterHandler>(_stream, "g", consumer => consumer.Concurrency = 1);
        return builder.Build();
    }

    public sealed record Letter(int Number);

    public sealed class Desk
    {
        private int _refused;
        private volatile bool _isOpen;

        public bool IsOpen
        {
            get => _isOpen;
            set => _isOpen = value;
        }

        public List<int> Taken { get; } = [];

        public TaskCompletionSource AllRefused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource AllTaken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Refuse()
        {
            if (++_refused == 150)
                AllRefused.SetResult();
        }

        public void Take(int number)
        {
            Taken.Add(number);
            if (Taken.Count == 150)
                AllTaken.SetResult();
        }
    }

    public sealed class LetterHandler(Desk desk) : IStreamHandler<Letter>
    {
        public ValueTask HandleAsync(Letter message, StreamContext context, CancellationToken cancellation)
        {
            if (desk.IsOpen)
            {
                desk.Take(message.Number);
            }
            else
            {
                context.DeadLetter("the desk is closed");
                desk.Refuse();
            }
            return ValueTask.CompletedTask;
        }
    }
}
