using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Tests.Producing;

namespace WorkerStreams.Redis.Tests.Hosting;

/// <summary>Retention as a host sees to it on a real server, round by round.</summary>
public sealed class RetentionTests(RedisServer server) : ILoggerProvider, ILogger
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20), Poll = TimeSpan.FromMilliseconds(1);

    private readonly string _stream = $"{Guid.NewGuid():N}";
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_told_of_groups_that_trimming_has_passed_is_true_whatever_happens()
    {
        server.Require();
        using var engine = RedisStreamEngine.Connect(server.Configuration);
        var (lost, told) = (0, 0);
        for (var seed = 0; seed < 6; seed++)
        {
            await engine.DeleteStreamAsync(_stream, Cancellation);
            var (way, looks) = InterceptedEngine.Over(engine);
            using var host = Build(way, producer => producer.MaxLength = 1_000_000);
            await host.StartAsync(Cancellation);
            var story = new LossStory(seed, engine, _stream);
            await story.BeginAsync();
            for (var look = 0; look < 20; look++)
            {
                await NextRoundAsync(looks);
                await story.CheckAsync(Told(), countsAnew: server.Version.Major >= 8 && !server.IsValkey);
                for (var step = seed % 7; step >= 0; step--)
                    await story.StepAsync();
            }
            await host.StopAsync(Cancellation);
            (lost, told) = (lost + story.Lost, told + story.Told);
        }
        Assert.InRange(told, lost / 5, lost);
        await engine.DeleteStreamAsync(_stream, Cancellation);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100L)]
    public async Task Nothing_is_trimmed_that_a_group_has_not_handled_and_everything_else_is(long? maxLength)
    {
        const int Count = 2_000;
        server.Require();
        using var engine = RedisStreamEngine.Connect(server.Configuration);
        var (way, looks) = InterceptedEngine.Over(engine);
        using var publishing = Build(way, producer => (producer.UntilAcknowledged, producer.MaxLength) = (true, maxLength));
        await engine.CreateGroupAsync(_stream, "billing", GroupPosition.Beginning, createStream: true, cancellation: Cancellation);
        await engine.CreateGroupAsync(_stream, "shipping", GroupPosition.Beginning, cancellation: Cancellation);
        using var handling = BuildHandling();
        await publishing.StartAsync(Cancellation);
        await handling.StartAsync(Cancellation);

        var producer = publishing.Services.GetRequiredService<IStreamProducer<Parcel>>();
        for (var number = 0; number < Count; number += 50)
        {
            await producer.PublishManyAsync(Enumerable.Range(number, 50).Select(index => new Parcel(index)), cancellation: Cancellation);
            await NextRoundAsync(looks);
        }
        var (billing, shipping) = (handling.Services.GetRequiredService<Billing>(), handling.Services.GetRequiredService<Shipping>());
        await UntilAsync(() => new(billing.Handled.Count == Count && shipping.Handled.Count == Count), "Not all was handled.");
        await UntilAsync(
            async () =>
            {
                await NextRoundAsync(looks);
                return await engine.GetLengthAsync(_stream, Cancellation) == (maxLength ?? 0);
            },
            "Not all was trimmed.");
        await handling.StopAsync(Cancellation);
        await publishing.StopAsync(Cancellation);
        Assert.Equal([], Told());
        await engine.DeleteStreamAsync(_stream, Cancellation);
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // What the server keeps is another matter.
        if (logLevel >= LogLevel.Warning && eventId.Id is >= 100 and < 300)
            _log.Enqueue(formatter(state, exception));
    }

    void IDisposable.Dispose()
    {
    }

    private IHost Build(IStreamEngine engine, Action<StreamProducerOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(this);
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddWorkerStreams().UseEngine(_ => engine);
        builder.Services.AddStreamProducer<Parcel>(_stream, configure);
        return builder.Build();
    }

    private IHost BuildHandling()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(this);
        builder.Services.AddWorkerStreams().UseRedis(server.Configuration);
        builder.Services.AddSingleton<Billing>().AddSingleton<Shipping>();
        builder.Services.AddStreamConsumer<Parcel, Billing>(_stream, "billing", consumer => consumer.RedeliveryDelay = TimeSpan.FromMilliseconds(20));
        builder.Services.AddStreamConsumer<Parcel, Shipping>(_stream, "shipping", consumer => (consumer.Concurrency, consumer.PrefetchCount) = (1, 1));
        return builder.Build();
    }

    /// <summary>Waits until a round that begins from now on has ended.</summary>
    private async Task NextRoundAsync(InterceptedEngine looks)
    {
        var awaited = looks.Looks.Count + 2;
        await UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return new(looks.Looks.Count >= awaited);
            },
            "There is no further round.");
    }

    private static async Task UntilAsync(Func<ValueTask<bool>> isSo, string otherwise)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); !await isSo();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Deadline, otherwise);
            await Task.Delay(Poll, TimeProvider.System, Cancellation);
        }
    }

    private List<string> Told()
    {
        var told = new List<string>();
        while (_log.TryDequeue(out var line))
            told.Add(line);
        return told;
    }

    public sealed record Parcel(int Number);

    /// <summary>Fails with each seventh parcel as long as it has not seen it before.</summary>
    public sealed class Billing : IStreamHandler<Parcel>
    {
        private readonly ConcurrentDictionary<int, bool> _seen = new();

        public ConcurrentDictionary<int, bool> Handled { get; } = new();

        public ValueTask HandleAsync(Parcel message, StreamContext context, CancellationToken cancellation)
        {
            if (message.Number % 7 == 0 && _seen.TryAdd(message.Number, true))
                context.RetryAfter(TimeSpan.FromMilliseconds(message.Number % 5 * 20));
            else
                Handled.TryAdd(message.Number, true);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Lags.</summary>
    public sealed class Shipping : IStreamHandler<Parcel>
    {
        public ConcurrentDictionary<int, bool> Handled { get; } = new();

        public ValueTask HandleAsync(Parcel message, StreamContext context, CancellationToken cancellation)
        {
            Handled.TryAdd(message.Number, true);
            return ValueTask.CompletedTask;
        }
    }
}
