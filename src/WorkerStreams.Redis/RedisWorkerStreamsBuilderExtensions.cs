using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkerStreams;
using WorkerStreams.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Takes the program to a Redis server.</summary>
public static class RedisWorkerStreamsBuilderExtensions
{
    /// <summary>
    /// The streams live in Redis, 6.2 or later, or Valkey. The engine connects when the host starts, which fails where there is no server or one that is too old.
    /// Of several choices of an engine the last one counts.
    /// </summary>
    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="configuration">A connection string of the client, such as <c>localhost:6379</c> or <c>one:6379,two:6379,user=app,password=...,ssl=true</c>.</param>
    /// <param name="options">The engine's settings; null stands for the defaults.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, string configuration, RedisEngineOptions? options = null) =>
        builder.UseRedis(ConfigurationOptions.Parse(configuration), options);

    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="configuration">The client's settings.</param>
    /// <param name="options">The engine's settings; null stands for the defaults.</param>
    /// <inheritdoc cref="UseRedis(WorkerStreamsBuilder, string, RedisEngineOptions?)"/>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, ConfigurationOptions configuration, RedisEngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configuration);
        return builder.UseEngine(services => RedisStreamEngine.Connect(configuration, options, services.GetRequiredService<ILoggerFactory>()));
    }

    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="connection">A connection that the application keeps and closes; see <see cref="RedisStreamEngine.Connect(IConnectionMultiplexer, RedisEngineOptions?, ILoggerFactory?)"/>.</param>
    /// <param name="options">The engine's settings; null stands for the defaults.</param>
    /// <inheritdoc cref="UseRedis(WorkerStreamsBuilder, string, RedisEngineOptions?)"/>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, IConnectionMultiplexer connection, RedisEngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connection);
        return builder.UseEngine(services => RedisStreamEngine.Connect(connection, options, services.GetRequiredService<ILoggerFactory>()));
    }
}
