using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.EndToEnd;

/// <summary>A host with a producer and a consumer of one stream, all defaults on.</summary>
internal sealed class HostedWorker : IContestant, IAsyncDisposable
{
    // All of what a run takes from the window is given back in it, since its messages are a multiple of 1,000.
    private const int BatchesAhead = 32;
    private const int BatchSize = 250;
    private const int Retention = 10 * BatchesAhead * BatchSize;

    private readonly IHost _host;
    private readonly Tally _tally;
    private readonly Window _window;
    private readonly IStreamProducer<OrderLine> _producer;

    private HostedWorker(IHost host)
    {
        _host = host;
        _tally = host.Services.GetRequiredService<Tally>();
        _window = host.Services.GetRequiredService<Window>();
        _producer = host.Services.GetRequiredService<IStreamProducer<OrderLine>>();
    }

    /// <param name="handlerLifetime">The handler's.</param>
    /// <param name="dataDirectory">Where the stream is kept, or null for in memory.</param>
    public static async Task<HostedWorker> StartAsync(ServiceLifetime handlerLifetime, string? dataDirectory = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<Tally>();
        builder.Services.AddSingleton(_ => new Window(BatchesAhead, BatchSize));
        builder.Services.Add(new(typeof(CountingHandler), typeof(CountingHandler), handlerLifetime));
        builder.Services.AddWorkerStreams().UseInProcess(engine => engine with { DataDirectory = dataDirectory });
        builder.Services.AddStreamProducer<OrderLine>("orders", producer => producer.MaxLength = Retention);
        builder.Services.AddStreamConsumer<OrderLine, CountingHandler>("orders", "billing");
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        var handled = _tally.Expect(messages);
        await BothSides.RunAsync(() => ProduceAsync(messages), () => handled);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private async Task ProduceAsync(int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            await _window.BeforeAsync(i);
            await _producer.PublishAsync(OrderLine.Samples[i % OrderLine.Samples.Count]);
        }
    }
}
