using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>The host: a plain one, or one that serves health checks.</summary>
internal static class OrderHost
{
    public static IHost Build(RunOptions options, Ledger ledger)
    {
        if (options.Serve is null)
        {
            var plain = Host.CreateApplicationBuilder();
            Configure(plain, options, ledger);
            return plain.Build();
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Serve);
        Configure(builder, options, ledger);
        builder.Services.AddHealthChecks().AddWorkerStreams();
        var web = builder.Build();
        // Live: its consumers' loops turn. Ready: the engine answers too.
        web.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        web.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        return web;
    }

    private static void Configure(IHostApplicationBuilder builder, RunOptions options, Ledger ledger)
    {
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical); // why it could not start is told in a line
        if (options.FailRate > 0)
            builder.Logging.AddFilter("WorkerStreams", LogLevel.Critical).AddFilter("Polly", LogLevel.Critical); // faults that were asked for are no news
        builder.Services.AddSingleton(ledger).AddSingleton(new RandomFaults(options.FailRate)).AddSingleton<Outage>().AddSingleton<OrderFeed>();

        var streams = builder.Services.AddWorkerStreams().ConfigureJson(json => json.TypeInfoResolverChain.Insert(0, OrderJson.Default));
        if (options.Engine.Redis is { } server)
            streams.UseRedis(server, redis => redis.WaitForReplicas = options.Replicas);
        else
            streams.UseInProcess(engine => engine with { DataDirectory = options.Engine.Directory });
        var orders = ledger.StreamOf(options.Input.Name);
        builder.Services.AddSingleton(services => new OrderStream(services.GetRequiredService<IStreamEngine>(), orders));
        builder.Services.AddStreamProducer<OrderLine>(orders, producer => producer.KeepForever = true);
        builder.Services.AddStreamConsumer<OrderLine, OrderLineHandler>(orders, OrderStream.Group, consumer =>
        {
            consumer.Concurrency = options.Concurrency;
            consumer.PrefetchCount = Math.Max(consumer.PrefetchCount, options.Concurrency);
            // What a server has delivered and not told before it ended is soon delivered again.
            (consumer.MinIdleTime, consumer.ReclaimInterval) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
            consumer.RedeliveryDelay = TimeSpan.FromMilliseconds(50);
            if (options.Engine.Directory is not null || options.Engine.Redis is not null)
                (consumer.MaxDeliveries, consumer.MaxRedeliveryDelay) = (100, TimeSpan.FromSeconds(1)); // each kill costs what is in hand a delivery, and here it may be killed often
            consumer.ResiliencePipeline = RetryAtOnce;
        });
        // As the built-in pipeline, but for waits that suit a handler which fails for nothing.
        builder.Services.AddResiliencePipeline(RetryAtOnce, pipeline => pipeline.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(2),
            UseJitter = true,
        }));
    }

    private const string RetryAtOnce = "retry-at-once";
}
