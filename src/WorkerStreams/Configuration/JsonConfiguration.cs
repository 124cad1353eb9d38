using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Serialization;

namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>ConfigureJson</c> asked for.</summary>
internal sealed record JsonConfiguration(Action<JsonSerializerOptions> Configure)
{
    public static IMessageSerializer CreateSerializer(IServiceProvider services)
    {
        var options = JsonMessageSerializer.CreateOptions();
        foreach (var configuration in services.GetServices<JsonConfiguration>())
            configuration.Configure(options);
        return new JsonMessageSerializer(options);
    }
}
