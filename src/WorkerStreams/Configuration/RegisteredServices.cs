using Microsoft.Extensions.DependencyInjection;

namespace WorkerStreams.Configuration;

/// <summary>What the application has registered, to be looked through when the host starts.</summary>
internal sealed record RegisteredServices(IServiceCollection Descriptors)
{
    public bool IsSingleton<TService>() =>
        Descriptors.Last(descriptor => descriptor.ServiceType == typeof(TService) && !descriptor.IsKeyedService).Lifetime == ServiceLifetime.Singleton;
}
