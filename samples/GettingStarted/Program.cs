using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWorkerStreams(); // in this process: nothing to install
builder.Services.AddStreamProducer<OrderPlaced>("orders", producer => producer.MaxLength = 100_000);
builder.Services.AddStreamConsumer<OrderPlaced, OrderHandler>("orders", group: "billing");
using var host = builder.Build();
await host.StartAsync();

var producer = host.Services.GetRequiredService<IStreamProducer<OrderPlaced>>();
var id = await producer.PublishAsync(new OrderPlaced("A-1", 49.99m));
Console.WriteLine($"published {id}; Ctrl-C ends");
await host.WaitForShutdownAsync();

internal sealed record OrderPlaced(string Number, decimal Total);

internal sealed class OrderHandler : IStreamHandler<OrderPlaced>
{
    // Returning acknowledges the message; throwing has it retried, redelivered and, in the end, put to the dead letters.
    public ValueTask HandleAsync(OrderPlaced order, StreamContext context, CancellationToken cancellation)
    {
        Console.WriteLine($"billed {order.Number}: {order.Total} ({context.Id}, delivery {context.DeliveryCount})");
        return ValueTask.CompletedTask;
    }
}
