using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>A server that ends and comes back, with all that it has confirmed.</summary>
public sealed class RestartTests
{
    private const int Count = 10_000;

    [Fact]
    public async Task Ten_thousand_messages_are_handled_while_the_server_is_restarted_three_times()
    {
        await using var server = await ServerProcess.StartAsync("appendonly yes", "appendfsync always");
        await using var host = await NumbersHost.StartAsync(server.Configuration);
        var publishing = host.PublishAsync(0, Count);

        Func<Task>[] endings = [server.KillAsync, server.StopAsync, server.KillAsync];
        for (var i = 0; i < endings.Length; i++)
        {
            var published = (i + 1) * Count / (endings.Length + 1);
            await host.UntilAsync(() => host.Published >= published, () => $"{host.Published} of {published} are published");
            await endings[i]();
            await server.StartAgainAsync();
        }

        await publishing;
        Assert.NotEqual(0, host.Failures);
        await host.HandlesAllAsync();
    }
}
