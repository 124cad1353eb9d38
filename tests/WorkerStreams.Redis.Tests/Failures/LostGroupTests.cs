using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>A group that is gone, with its stream or without.</summary>
public sealed class LostGroupTests
{
    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData($"DEL {NumbersHost.Name}")]
    [InlineData($"XGROUP DESTROY {NumbersHost.Name} g")]
    public async Task Is_made_anew_and_nothing_that_comes_after_is_left_out(string command)
    {
        await using var server = await ServerProcess.StartAsync();
        await using var host = await NumbersHost.StartAsync(server.Configuration);
        await host.PublishAsync(0, 100);
        await host.HandlesAllAsync();
        await server.AskAsync(command);
        await host.PublishAsync(100, 100);
        await host.HandlesAllAsync();
        Assert.Single(host.Log.Lines, static line => line.StartsWith("101 ", StringComparison.Ordinal));
        // What was settled is not handled again.
        Assert.All(host.Times, static times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Begins_behind_the_first_entry_that_is_not_settled_and_its_holder_takes_it_back()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var host = await NumbersHost.StartAsync(server.Configuration, configure: static consumer => consumer.Concurrency = 1);
        await host.PublishAsync(0, 3);
        await host.HandlesAllAsync();
        // One is being handled and two are held, when the group goes.
        host.Hold();
        await host.PublishAsync(3, 3);
        await host.UntilAsync(async () => (await host.Engine.GetPendingSummaryAsync(host.Stream, NumbersHost.Group)).Count == 3, () => "not delivered");
        (await host.Engine.GetPendingSummaryAsync(host.Stream, NumbersHost.Group)).MinId!.Value.TryDecrement(out var before);
        await server.AskAsync($"XGROUP DESTROY {host.Stream} g");
        await host.PublishAsync(6, 1);
        await host.UntilAsync(async () => (await host.Engine.GetPendingSummaryAsync(host.Stream, NumbersHost.Group)).Count == 4, () => "not taken back");
        Assert.Contains($"read after {before}.", Assert.Single(host.Log.Lines, static line => line.StartsWith("101 ", StringComparison.Ordinal)), StringComparison.Ordinal);
        var pending = await host.Engine.GetPendingAsync(new() { Stream = host.Stream, Group = NumbersHost.Group, Count = 10 });
        Assert.All(pending, static entry => Assert.Equal(1, entry.DeliveryCount));

        host.LetGo();
        await host.HandlesAllAsync();
        Assert.All(host.Times, static times => Assert.Equal(1, times));
    }
}
