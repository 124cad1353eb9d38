using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerStreams.Tests.Configuration;

/// <summary>Hosts as an application builds them, with nothing configured but what a test says.</summary>
internal static class ConfiguredHost
{
    public static IHost Build(Action<IServiceCollection> register, params (string Path, string? Text)[] settings)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Path, setting => setting.Text));
        register(builder.Services);
        return builder.Build();
    }

    /// <summary>Starts a host and stops it again.</summary>
    /// <returns>The errors that kept it from starting; none if it started.</returns>
    public static async Task<IReadOnlyList<string>> StartAsync(Action<IServiceCollection> register, params (string Path, string? Text)[] settings)
    {
        using var host = Build(register, settings);
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
        }
        catch (WorkerStreamsConfigurationException exception)
        {
            return exception.Errors;
        }
        await host.StopAsync(TestContext.Current.CancellationToken);
        return [];
    }
}

/// <summary>A message of these tests.</summary>
public sealed record Order(int Number);

/// <summary>Another one.</summary>
public sealed record Refund(int Number);

/// <summary>Handles orders.</summary>
public sealed class OrderHandler : IStreamHandler<Order>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(Order message, StreamContext context, CancellationToken cancellation) => default;
}

/// <summary>Handles anything.</summary>
public sealed class AnyHandler<T> : IStreamHandler<T>
{
    /// <inheritdoc/>
    public ValueTask HandleAsync(T message, StreamContext context, CancellationToken cancellation) => default;
}
