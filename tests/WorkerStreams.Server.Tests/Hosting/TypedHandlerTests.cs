using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

/// <summary>What another client adds reaches a typed handler by its fields.</summary>
public sealed class TypedHandlerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_entry_added_over_the_wire_reaches_its_handler_by_its_fields(bool isOnDisk)
    {
        var folder = isOnDisk ? Directory.CreateTempSubdirectory("worker-streams-") : null;
        await HandledAsync(
            services =>
            {
                services.AddWorkerStreams().UseInProcess(engine => engine with { DataDirectory = folder?.FullName });
                services.AddRespListener(static options => options.Port = 0);
            },
            static host => host.Services.GetRequiredService<RespListener>().EndPoint!.Port);
        folder?.Delete(recursive: true);
    }

    [Fact]
    public async Task An_entry_added_to_a_server_reaches_its_handler_by_its_fields()
    {
        await using var server = await ServerProcess.StartAsync();
        await HandledAsync(services => services.AddWorkerStreams().UseRedis(server.Configuration.ToString()), _ => server.Port);
    }

    private static async Task HandledAsync(Action<IServiceCollection> addEngine, Func<IHost, int> port)
    {
        var handled = new TaskCompletionSource<Order>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(handled);
        addEngine(builder.Services);
        builder.Services.AddStreamConsumer<Order, OrderHandler>("orders", group: "billing");
        using var host = builder.Build();
        await host.StartAsync();
        using var client = await RespClient.ConnectAsync(port(host));

        await client.CallAsync("XADD", "orders", "*", "user_id", "123", "amount", "49.99");

        Assert.Equal(new(123, 49.99m), await handled.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
        await host.StopAsync();
    }

    internal sealed record Order(int UserId, decimal Amount);

    internal sealed class OrderHandler(TaskCompletionSource<Order> handled) : IStreamHandler<Order>
    {
        public ValueTask HandleAsync(Order message, StreamContext context, CancellationToken cancellation)
        {
            handled.TrySetResult(message);
            return ValueTask.CompletedTask;
        }
    }
}
