using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using WorkerStreams.TestWorker;

// A worker for tests to start, freeze and kill. It ends by itself where they did not.
var settings = new Settings(args);
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddWorkerStreams().UseRedis(new ConfigurationOptions { EndPoints = { { IPAddress.Loopback, settings.Port } } });
builder.Services.AddSingleton(settings);
builder.Services.AddStreamConsumer<Work, WorkHandler>(settings.Stream, "g", consumer =>
{
    (consumer.ConsumerName, consumer.Concurrency, consumer.PrefetchCount) = (settings.Name, settings.Concurrency, settings.PrefetchCount);
    (consumer.MinIdleTime, consumer.ReclaimInterval, consumer.MaxDeliveries) = (settings.Lease, settings.Lease / 4, settings.MaxDeliveries);
});
using var host = builder.Build();
using var longest = new CancellationTokenSource(TimeSpan.FromMinutes(3), TimeProvider.System);
await host.RunAsync(longest.Token);
