using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

/// <summary>Workers of another host, on the engine of this one by its listener.</summary>
public sealed class RemoteWorkersTests
{
    private const int Count = 150;

    [Fact]
    public async Task What_they_give_up_is_redriven_and_handled()
    {
        await using var listener = await ListenerHost.StartAsync();
        using var host = Build(listener.Port);
        await host.StartAsync(ListenerHost.Patience);
        var (letters, desk) = (host.Services.GetRequiredService<IDeadLetters>(), host.Services.GetRequiredService<Desk>());
        await host.Services.GetRequiredService<IStreamProducer<Letter>>().PublishManyAsync(Enumerable.Range(1, Count).Select(static number => new Letter(number)));
        await ListenerHost.UntilAsync(async () => await letters.CountAsync("letters") == Count);

        desk.IsOpen = true;
        Assert.Equal(Count, await letters.RedriveAllAsync("letters", new() { MessagesPerSecond = 5_000 }));
        await ListenerHost.UntilAsync(() => Task.FromResult(desk.Taken.Count >= Count));
        await host.StopAsync(ListenerHost.Patience);

        Assert.Equal(Enumerable.Range(1, Count), desk.Taken.Order());
        Assert.Equal(0, (await listener.Engine.GetPendingSummaryAsync("letters", "g")).Count);
        using var client = await listener.ConnectAsync();
        var used = await client.CallAsync("INFO", "commandstats");
        foreach (var command in (string[])["append", "settle", "hold", "move", "leave"])
            Assert.Contains($"cmdstat_ws.{command}:", used, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_refused_as_the_user_who_may_only_look()
    {
        await using var listener = await ListenerHost.StartAsync(static options => (options.Password, options.ReadOnlyPassword) = ("secret", "look"));
        using var host = Build(listener.Port, ",user=readonly,password=look");

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => host.StartAsync(ListenerHost.Patience));

        Assert.Equal(StreamErrorCode.Unavailable, refusal.Code);
        Assert.Contains("XREADGROUP", refusal.Message, StringComparison.Ordinal);
    }

    private static IHost Build(int port, string options = "")
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddWorkerStreams().UseRedis(ServerProcess.Client(port).ToString() + options);
        builder.Services.AddSingleton<Desk>();
        builder.Services.AddStreamProducer<Letter>("letters", static producer => producer.KeepForever = true);
        builder.Services.AddStreamConsumer<Letter, LetterHandler>("letters", "g");
        return builder.Build();
    }

    internal sealed record Letter(int Number);

    internal sealed class Desk
    {
        private volatile bool _isOpen;

        public bool IsOpen
        {
            get => _isOpen;
            set => _isOpen = value;
        }

        public ConcurrentBag<int> Taken { get; } = [];
    }

    internal sealed class LetterHandler(Desk desk) : IStreamHandler<Letter>
    {
        public ValueTask HandleAsync(Letter message, StreamContext context, CancellationToken cancellation)
        {
            if (desk.IsOpen)
                desk.Taken.Add(message.Number);
            else
                context.DeadLetter("the desk is closed");
            return ValueTask.CompletedTask;
        }
    }
}
