using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>The engine that was chosen.</summary>
/// <param name="Create">Makes the engine, or null for the one in process.</param>
/// <param name="Configure">Changes the options of the engine in process.</param>
internal sealed record EngineRegistration(
    Func<IServiceProvider, IStreamEngine>? Create = null, Func<InProcessEngineOptions, InProcessEngineOptions>? Configure = null);
