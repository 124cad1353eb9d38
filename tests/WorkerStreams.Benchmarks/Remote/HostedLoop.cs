using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Benchmarks.EndToEnd;
using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>The framework: a host with a producer and, where asked, a consumer of typed messages.</summary>
internal sealed class HostedLoop : IRemoteLoop
{
    // So one read brings up to a thousand, as the rivals' do.
    private const int Prefetch = 2000;

    private readonly IHost _host;
    private readonly Tally _tally;
    private readonly IStreamProducer<OrderLine> _producer;
    private readonly SlidingWindow<StreamEntryId> _window = new();

    private HostedLoop(IHost host)
    {
        _host = host;
        _tally = host.Services.GetRequiredService<Tally>();
        _producer = host.Services.GetRequiredService<IStreamProducer<OrderLine>>();
    }

    public static async Task<HostedLoop> StartAsync(OwnServer server, string stream, bool consumes)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(new Tally());
        builder.Services.AddSingleton<CountingHandler>();
        builder.Services.AddWorkerStreams().UseRedis(server.Configuration);
        builder.Services.AddStreamProducer<OrderLine>(stream, producer => producer.KeepForever = true);
        if (consumes)
            builder.Services.AddStreamConsumer<OrderLine, CountingHandler>(stream, RemoteRun.Group, consumer => consumer.PrefetchCount = Prefetch);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async Task PublishAsync(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            await _window.OldestAsync();
            _window.Sent(_producer.PublishAsync(OrderLine.Samples[i % OrderLine.Samples.Count]));
        }
        await _window.AllAsync();
    }

    public Task ConsumeAsync(int messages) => _tally.Expect(messages);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
