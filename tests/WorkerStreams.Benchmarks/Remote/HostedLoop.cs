using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Benchmarks.EndToEnd;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>The framework: a host with a producer and, where asked, a consumer of typed messages.</summary>
internal sealed class HostedLoop : IRemoteLoop
{
    private readonly IHost _host;
    private readonly Tally _tally;
    private readonly IStreamProducer<OrderLine> _producer;
    private readonly SlidingWindow _window = new();

    private HostedLoop(IHost host)
    {
        _host = host;
        _tally = host.Services.GetRequiredService<Tally>();
        _producer = host.Services.GetRequiredService<IStreamProducer<OrderLine>>();
    }

    public static async Task<HostedLoop> StartAsync(OwnServer server, string stream, bool consumes)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(new Tally());
        builder.Services.AddWorkerStreams().UseRedis(server.Configuration);
        builder.Services.AddStreamProducer<OrderLine>(stream, producer => producer.KeepForever = true);
        if (consumes)
            builder.Services.AddStreamConsumer<OrderLine, CountingHandler>(stream, RemoteRun.Group);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async Task PublishAsync(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            await _window.BeforeAsync();
            _window.Add(_producer.PublishAsync(OrderLine.Samples[i % OrderLine.Samples.Count]).AsTask());
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
