using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;
using WorkerStreams.Tests.Configuration;

namespace WorkerStreams.Tests.Telemetry;

/// <summary>What a handler finds around it, its span and what is local to the flow, is its own message's.</summary>
[Collection(ListeningCollection.Name)]
public sealed class NothingFlowsOnTests
{
    private const int Messages = 20;

    private static readonly AsyncLocal<string?> Tenant = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_flows_from_one_message_to_the_next(bool waits)
    {
        var seen = new List<(string? Tenant, Activity? Parent)>();
        var done = new TaskCompletionSource();
        // Not async: what it sets is set for whoever calls it.
        var handler = new PalletHandler(() =>
        {
            seen.Add((Tenant.Value, Activity.Current?.Parent));
            Tenant.Value = "of this message alone";
            if (seen.Count == Messages)
                done.SetResult();
            return waits ? new(Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None)) : default;
        });
        using var spans = new Spans("pallets");
        using var host = ConfiguredHost.Build(services => services
            .AddSingleton(handler)
            .AddStreamConsumer<Pallet, PalletHandler>("pallets", "billing", options => options.Concurrency = 1));
        var engine = host.Services.GetRequiredService<IStreamEngine>();
        for (var number = 0; number < Messages; number++)
            await engine.AppendAsync("pallets", new AppendEntry(EntryFields.Of(("number", $"{number}"))));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.All(seen, around => Assert.Equal((null, null), around));
    }

    public sealed record Pallet(int Number);

    public sealed class PalletHandler(Func<ValueTask> handle) : IStreamHandler<Pallet>
    {
        public ValueTask HandleAsync(Pallet message, StreamContext context, CancellationToken cancellation) => handle();
    }
}
