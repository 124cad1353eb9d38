using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Hosting;

public sealed class UseRedisTests(RedisServer server)
{
    private readonly string _stream = $"{Guid.NewGuid():N}";

    [Fact]
    public Task By_a_connection_string() => HandlesAsync(builder => builder.UseRedis(server.Configuration.ToString()));

    [Fact]
    public Task By_settings_of_the_client() => HandlesAsync(builder => builder.UseRedis(server.Configuration));

    [Fact]
    public async Task By_a_connection()
    {
        server.Require();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        await HandlesAsync(builder => builder.UseRedis(connection));
        Assert.True(connection.IsConnected);
    }

    [Fact]
    public async Task Without_a_server_the_host_does_not_start()
    {
        using var host = Build(builder => builder.UseRedis("127.0.0.1:1,connectTimeout=500,connectRetry=1"));
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal(StreamErrorCode.Unavailable, thrown.Code);
    }

    private async Task HandlesAsync(Action<WorkerStreamsBuilder> use)
    {
        server.Require();
        var cancellation = TestContext.Current.CancellationToken;
        using var host = Build(use);
        await host.StartAsync(cancellation);
        await host.Services.GetRequiredService<IStreamProducer<Greeting>>().PublishAsync(new("hello"), cancellation: cancellation);
        var heard = await host.Services.GetRequiredService<Heard>().First.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellation);
        Assert.Equal("hello", heard.Text);
        var engine = host.Services.GetRequiredService<IStreamEngine>();
        await host.StopAsync(cancellation);
        Assert.Equal(0, (await engine.GetPendingSummaryAsync(_stream, "g", cancellation)).Count);
    }

    private IHost Build(Action<WorkerStreamsBuilder> use)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        use(builder.Services.AddWorkerStreams());
        builder.Services.AddSingleton<Heard>();
        builder.Services.AddStreamProducer<Greeting>(_stream, producer => producer.KeepForever = true);
        builder.Services.AddStreamConsumer<Greeting, GreetingHandler>(_stream, "g");
        return builder.Build();
    }

    public sealed record Greeting(string Text);

    public sealed class Heard
    {
        public TaskCompletionSource<Greeting> First { get; } = new();
    }

    public sealed class GreetingHandler(Heard heard) : IStreamHandler<Greeting>
    {
        public ValueTask HandleAsync(Greeting message, StreamContext context, CancellationToken cancellation)
        {
            heard.First.TrySetResult(message);
            return ValueTask.CompletedTask;
        }
    }
}
