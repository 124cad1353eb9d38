using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>A host that publishes numbers and handles them, and knows which it has handled.</summary>
internal sealed class NumbersHost : IAsyncDisposable
{
    /// <summary>The stream's name, unless another is given.</summary>
    public const string Name = "numbers";

    public static readonly StreamName Group = "g";

    /// <summary>Nothing is reclaimed before the test has ended: what a lost answer brought has to be looked for.</summary>
    public static readonly Action<StreamConsumerOptions> NeverReclaims =
        static consumer => (consumer.MinIdleTime, consumer.ReclaimInterval) = (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));

    private const int PublishersAtOnce = 200;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60), Poll = TimeSpan.FromMilliseconds(20);

    private readonly IHost _host;
    private readonly Numbers _numbers = new();
    private int _asked, _published, _failures;

    private NumbersHost(ConfigurationOptions configuration, Action<RedisEngineOptions>? options, string stream, Action<StreamConsumerOptions>? configure)
    {
        Stream = stream;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerStreams().UseRedis(configuration, options);
        builder.Services.AddSingleton(_numbers);
        builder.Services.AddStreamProducer<Number>(stream, producer => producer.KeepForever = true);
        builder.Services.AddStreamConsumer<Number, NumberHandler>(stream, Group.ToString(), consumer =>
        {
            // What a lost read was delivered is found again soon.
            (consumer.MinIdleTime, consumer.ReclaimInterval) = (TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(500));
            configure?.Invoke(consumer);
        });
        builder.Services.AddHealthChecks().AddWorkerStreams();
        builder.Logging.AddProvider(Log);
        _host = builder.Build();
    }

    public StreamName Stream { get; }

    public IStreamEngine Engine => _host.Services.GetRequiredService<IStreamEngine>();

    /// <summary>What was logged.</summary>
    public MemoryLog Log { get; } = new();

    /// <summary>The numbers known to be stored.</summary>
    public int Published => Volatile.Read(ref _published);

    /// <summary>The publishes that failed and were made again.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>The numbers handled at least once.</summary>
    public int Handled => _numbers.Times.Count;

    /// <summary>How often each was handled.</summary>
    public ICollection<int> Times => _numbers.Times.Values;

    public static async Task<NumbersHost> StartAsync(
        ConfigurationOptions configuration, Action<RedisEngineOptions>? options = null, string stream = Name, Action<StreamConsumerOptions>? configure = null)
    {
        var host = new NumbersHost(configuration, options, stream, configure);
        await host._host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Publishes the numbers, many at once, each until it is stored.</summary>
    public async Task PublishAsync(int first, int count)
    {
        var producer = _host.Services.GetRequiredService<IStreamProducer<Number>>();
        _asked += count;
        ParallelOptions atOnce = new() { MaxDegreeOfParallelism = PublishersAtOnce, CancellationToken = TestContext.Current.CancellationToken };
        var publishing = Parallel.ForEachAsync(Enumerable.Range(first, count), atOnce, async (number, cancellation) =>
        {
            while (!await TryPublishAsync(producer, new(number)))
                await Task.Delay(Poll, TimeProvider.System, cancellation);
            Interlocked.Increment(ref _published);
        });
        for (var before = -1; !publishing.IsCompleted && before != Published;)
        {
            before = Published;
            await publishing.WaitAsync(Deadline, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (!publishing.IsCompleted)
            Assert.Fail($"{Published} of {_asked} are published, and for {Deadline} no more. The log:\n{Log}");
        await publishing;
    }

    /// <summary>From now on handlers wait for <see cref="LetGo"/>.</summary>
    public void Hold() => _numbers.Held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _numbers.Held?.TrySetResult();

    /// <summary>Completes when all that was to be published is handled and nothing is pending.</summary>
    public async Task HandlesAllAsync()
    {
        await UntilAsync(() => Handled >= _asked, () => $"{Handled} of {_asked} are handled");
        PendingSummary? pending = null;
        await UntilAsync(async () => (pending = await Engine.GetPendingSummaryAsync(Stream, Group)).Count == 0, () => $"{pending?.Count} are pending");
        Assert.Equal(_asked, Handled);
    }

    public async Task<HealthStatus> CheckEngineAsync() =>
        (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries["worker-streams-engine"].Status;

    public Task UntilAsync(Func<bool> condition, Func<string> state) => UntilAsync(() => Task.FromResult(condition()), state);

    /// <summary>Completes when the condition holds; an engine that is away meanwhile is asked again.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, Func<string> state)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await HoldsAsync(condition))
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Deadline)
                Assert.Fail($"{state()} after {Deadline}. The log:\n{Log}");
            await Task.Delay(Poll, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private async Task<bool> TryPublishAsync(IStreamProducer<Number> producer, Number number)
    {
        try
        {
            await producer.PublishAsync(number);
            return true;
        }
        catch (PublishException)
        {
            Interlocked.Increment(ref _failures);
            return false;
        }
    }

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (StreamEngineException)
        {
            return false;
        }
    }

    public sealed record Number(int Value);

    public sealed class Numbers
    {
        public ConcurrentDictionary<int, int> Times { get; } = [];

        public TaskCompletionSource? Held { get; set; }
    }

    public sealed class NumberHandler(Numbers numbers) : IStreamHandler<Number>
    {
        public async ValueTask HandleAsync(Number message, StreamContext context, CancellationToken cancellation)
        {
            if (numbers.Held is { } held)
                await held.Task.WaitAsync(cancellation);
            numbers.Times.AddOrUpdate(message.Value, 1, static (_, times) => times + 1);
        }
    }
}
