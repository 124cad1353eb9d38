using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>A host with a listener on a free port, and an engine of its own in memory, both on one clock; or with another engine, which ends with it.</summary>
internal sealed class ListenerHost : IAsyncDisposable
{
    private readonly IHost _host;

    private ListenerHost(IHost host) => _host = host;

    public InProcessStreamEngine Engine => (InProcessStreamEngine)_host.Services.GetRequiredService<IStreamEngine>();

    public int Port => _host.Services.GetRequiredService<RespListener>().EndPoint!.Port;

    public static async Task<ListenerHost> StartAsync(Action<RespListenerOptions>? configure = null, TimeProvider? time = null, InProcessStreamEngine? engine = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<IStreamEngine>(engine ?? new InProcessStreamEngine(new() { TimeProvider = time ?? TimeProvider.System }));
        builder.Services.AddRespListener(options =>
        {
            options.Port = 0;
            configure?.Invoke(options);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public Task<RespClient> ConnectAsync() => RespClient.ConnectAsync(Port);

    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System).Token;

    /// <summary>Waits until so many clients wait.</summary>
    public async Task UntilBlockedAsync(int count)
    {
        using var client = await ConnectAsync();
        await UntilAsync(async () => (await client.CallAsync("INFO", "clients")).Contains($"blocked_clients:{count}\r\n", StringComparison.Ordinal));
    }

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var patience = Patience; !await isSo();)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience);
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        var engine = Engine;
        await _host.StopAsync();
        _host.Dispose();
        engine.Dispose();
    }
}
