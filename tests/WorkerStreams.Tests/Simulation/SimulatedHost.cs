using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Consuming;

namespace WorkerStreams.Tests.Simulation;

/// <summary>A host as an application builds it, run as one process of a simulation.</summary>
internal sealed class SimulatedHost
{
    private readonly ServiceProvider _services;
    private readonly IHostedLifecycleService[] _hosted;

    public SimulatedHost(SimulatedWorld world, string name, Action<IServiceCollection, SimulatedHost> configure)
    {
        Name = name;
        Process = new(world.Loop);
        Engine = new(world.Engine, Process);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(world.Time);
        services.AddSingleton(new Jitter(world.Random));
        services.AddSingleton(new HolderProcess(world.AddProcess(Process), world.IsDead));
        services.AddWorkerStreams().UseEngine(_ => Engine);
        configure(services, this);
        _services = services.BuildServiceProvider();
        _hosted = [.. _services.GetServices<IHostedService>().OfType<IHostedLifecycleService>()];
    }

    public string Name { get; }

    public SimulatedProcess Process { get; }

    public ObservedEngine Engine { get; }

    /// <summary>The end of its last time without a way to the engine, or of the one that it is in.</summary>
    public DateTimeOffset? OutUntil { get; set; }

    public IServiceProvider Services => _services;

    public Task StartAsync() => Process.Run(async () =>
    {
        foreach (var service in _hosted)
            await service.StartAsync(CancellationToken.None);
    });

    /// <summary>As the generic host stops: every service is told, then each is stopped.</summary>
    public Task StopAsync() => Process.Run(async () =>
    {
        foreach (var service in _hosted)
            await service.StoppingAsync(CancellationToken.None);
        foreach (var service in _hosted)
            await service.StopAsync(CancellationToken.None);
        foreach (var service in _hosted)
            await service.StoppedAsync(CancellationToken.None);
    });
}
