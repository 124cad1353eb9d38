using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Engine;
using WorkerStreams.Server;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets Redis clients in.</summary>
public static class RespListenerServiceCollectionExtensions
{
    /// <summary>
    /// Adds a listener for clients that speak the protocol of Redis, over the engine in this process: that of <c>AddWorkerStreams</c>, or an
    /// <see cref="InProcessStreamEngine"/> among the services as <see cref="IStreamEngine"/>. The host does not start where a setting is not allowed.
    /// Calling it again changes the same listener's settings.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options; null leaves them.</param>
    public static IServiceCollection AddRespListener(this IServiceCollection services, Action<RespListenerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
            services.Configure(configure);
        if (services.Any(static service => service.ServiceType == typeof(RespListener)))
            return services;
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(static provider => new RespListener(
            provider.GetRequiredService<Options.IOptions<RespListenerOptions>>().Value,
            provider.GetService<IStreamEngine>,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IConfiguration>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<RespListener>());
        return services;
    }
}
