using Microsoft.Extensions.DependencyInjection;

namespace WorkerStreams;

/// <summary>Chooses the engine and the serializer; what <c>AddWorkerStreams</c> returns.</summary>
public sealed class WorkerStreamsBuilder
{
    internal WorkerStreamsBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }
}
