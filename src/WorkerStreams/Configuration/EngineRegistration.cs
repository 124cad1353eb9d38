using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>The engine that was chosen; of several choices the last one counts.</summary>
/// <param name="Create">Makes the engine, or null for the one in process.</param>
/// <param name="Configure">Changes the options of the engine in process.</param>
internal sealed record EngineRegistration(
    Func<IServiceProvider, IStreamEngine>? Create = null, Func<InProcessEngineOptions, InProcessEngineOptions>? Configure = null)
{
    public IStreamEngine CreateEngine(IServiceProvider services) =>
        Create is null ? new InProcessStreamEngine(services.GetRequiredService<WorkerStreamsPlan>().Engine) : Create(services);
}
