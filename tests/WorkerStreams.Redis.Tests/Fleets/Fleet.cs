using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Failures;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Fleets;

/// <summary>Hosts of one group, in this process, over one server or over one engine in this process.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public static readonly StreamName Group = "g";

    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(60), Poll = TimeSpan.FromMilliseconds(5);

    private readonly Action<WorkerStreamsBuilder> _use;

    // Guards itself.
    private readonly List<IHost> _hosts = [];

    private Fleet(Action<WorkerStreamsBuilder> use, IStreamEngine engine) => (_use, Engine) = (use, engine);

    /// <summary>A name of its own, as the server is shared by many tests.</summary>
    public StreamName Stream { get; } = $"{Guid.NewGuid():N}";

    /// <summary>To see what hosts do not tell.</summary>
    public IStreamEngine Engine { get; }

    /// <summary>Those that have not been stopped.</summary>
    public IReadOnlyList<IHost> Hosts
    {
        get
        {
            lock (_hosts)
                return [.. _hosts];
        }
    }

    /// <summary>What consumers had to warn of.</summary>
    public MemoryLog Log { get; } = new();

    /// <summary>Over the server, or over an engine in this process where it is null.</summary>
    public static Fleet Over(RedisServer? server)
    {
        if (server is null)
        {
            var engine = new InProcessStreamEngine();
            return new(builder => builder.UseEngine(_ => SharedEngine.Over(engine)), engine);
        }
        server.Require();
        return new(builder => builder.UseRedis(server.Configuration), RedisStreamEngine.Connect(server.Configuration));
    }

    public async Task<IHost> StartAsync(string name, Func<Work, StreamContext, CancellationToken, ValueTask> handle, Action<StreamConsumerOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        _use(builder.Services.AddWorkerStreams());
        builder.Services.AddSingleton(new WorkHandler(handle));
        builder.Services.AddStreamConsumer<Work, WorkHandler>($"{Stream}", $"{Group}", consumer =>
        {
            consumer.ConsumerName = name;
            configure(consumer);
        });
        builder.Logging.AddProvider(Log).AddFilter("WorkerStreams.Redis", LogLevel.None);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        lock (_hosts)
            _hosts.Add(host);
        return host;
    }

    public async Task StopAsync(IHost host)
    {
        lock (_hosts)
            _hosts.Remove(host);
        await host.StopAsync(TestContext.Current.CancellationToken);
        host.Dispose();
    }

    /// <summary>Appends entries of these numbers.</summary>
    public async Task AppendAsync(int first, int count)
    {
        const int atOnce = 1000;
        for (var from = first; from < first + count; from += atOnce)
        {
            var entries = Enumerable.Range(from, Math.Min(atOnce, first + count - from)).Select(static number => new AppendEntry(EntryFields.Of(("number", $"{number}")))).ToArray();
            var results = new AppendResult[entries.Length];
            await Engine.AppendAsync(Stream, entries, results, cancellation: TestContext.Current.CancellationToken);
            Assert.All(results, static result => Assert.Equal(AppendStatus.Stored, result.Status));
        }
    }

    public async Task<PendingSummary> PendingAsync() => await Engine.GetPendingSummaryAsync(Stream, Group, TestContext.Current.CancellationToken);

    public Task UntilNothingIsPendingAsync() => UntilAsync(async () => (await PendingAsync()).Count == 0, () => "entries are pending");

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, Func{string})"/>
    public Task UntilAsync(Func<bool> condition, Func<string> state) => UntilAsync(() => Task.FromResult(condition()), state);

    /// <summary>Completes when the condition holds; fails when the state has been the same for too long.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, Func<string> state)
    {
        var (seen, since) = ("", TimeProvider.System.GetTimestamp());
        while (!await condition())
        {
            if (state() is var now && now != seen)
                (seen, since) = (now, TimeProvider.System.GetTimestamp());
            if (TimeProvider.System.GetElapsedTime(since) > Stuck)
                Assert.Fail($"For {Stuck} {seen}. The log:\n{Log}");
            await Task.Delay(Poll, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Hosts.Select(StopAsync));
        foreach (var stream in (StreamName[])[Stream, Stream.Companion("dead"), Stream.Companion("handed-back")])
            await Engine.DeleteStreamAsync(stream, CancellationToken.None);
        ((IDisposable)Engine).Dispose();
    }
}

/// <summary>The message of these tests.</summary>
public sealed record Work(int Number);

/// <summary>A handler whose work is given by the test.</summary>
public sealed class WorkHandler(Func<Work, StreamContext, CancellationToken, ValueTask> handle) : IStreamHandler<Work>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(Work message, StreamContext context, CancellationToken cancellation) => handle(message, context, cancellation);
}
