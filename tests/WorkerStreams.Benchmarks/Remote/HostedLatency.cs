using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Benchmarks.EndToEnd;
using WorkerStreams.Redis;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>The framework. Where so many others wait that connections run out, this one waits behind the doorbell.</summary>
internal sealed class HostedLatency : ILatencyLoop
{
    private readonly IHost _host;
    private readonly IStreamProducer<OrderLine> _producer;

    private HostedLatency(IHost host)
    {
        _host = host;
        Arrival = host.Services.GetRequiredService<Arrival>();
        _producer = host.Services.GetRequiredService<IStreamProducer<OrderLine>>();
    }

    public Arrival Arrival { get; }

    public static async Task<HostedLatency> StartAsync(OwnServer server, string stream, int othersThatWait = 0, Action<RedisEngineOptions>? configure = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(new Arrival());
        builder.Services.AddWorkerStreams().UseRedis(server.Configuration, configure);
        builder.Services.AddStreamProducer<OrderLine>(stream, producer => producer.KeepForever = true);
        for (var i = 0; i < othersThatWait; i++)
            builder.Services.AddStreamConsumer<OrderLine, Handler>($"{stream}/other-{i}", RemoteRun.Group, name: $"other-{i}");
        builder.Services.AddStreamConsumer<OrderLine, Handler>(stream, RemoteRun.Group);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async Task PublishAsync() => await _producer.PublishAsync(OrderLine.Samples[0]);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class Handler(Arrival arrival) : IStreamHandler<OrderLine>
    {
        public ValueTask HandleAsync(OrderLine message, StreamContext context, CancellationToken cancellation)
        {
            arrival.Tell();
            return default;
        }
    }
}
