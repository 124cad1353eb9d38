using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkerStreams;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Takes the program to a Redis server.</summary>
public static class RedisWorkerStreamsBuilderExtensions
{
    /// <summary>
    /// The streams live in Redis, 6.2 or later, or Valkey, by the connection string <c>WorkerStreams:Redis:Configuration</c> in configuration. The engine connects
    /// when the host starts, which fails where there is no server or one that is too old. Of several choices of an engine the last one counts.
    /// </summary>
    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="configure">Sets the options; the section <c>WorkerStreams:Redis</c> of the configuration wins over it.</param>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, Action<RedisEngineOptions>? configure = null) =>
        Use(builder, configuration: null, configure);

    /// <summary>
    /// The streams live in Redis, 6.2 or later, or Valkey. The engine connects when the host starts, which fails where there is no server or one that is too old.
    /// Of several choices of an engine the last one counts.
    /// </summary>
    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="configuration">
    /// A connection string of the client, such as <c>localhost:6379</c> or <c>one:6379,two:6379,user=app,password=...,ssl=true</c>; <c>WorkerStreams:Redis:Configuration</c>
    /// in configuration wins over it.
    /// </param>
    /// <param name="configure">Sets the options; the section <c>WorkerStreams:Redis</c> of the configuration wins over it.</param>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, string configuration, Action<RedisEngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Use(builder, configuration, configure);
    }

    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="configuration">The client's settings.</param>
    /// <param name="configure">Sets the options; the section <c>WorkerStreams:Redis</c> of the configuration wins over it.</param>
    /// <inheritdoc cref="UseRedis(WorkerStreamsBuilder, string, Action{RedisEngineOptions}?)"/>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, ConfigurationOptions configuration, Action<RedisEngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Use(builder, Given, configure, (settings, loggers) => RedisStreamEngine.Connect(configuration, settings.Options, loggers, settings.Origin));
    }

    /// <param name="builder">What <c>AddWorkerStreams</c> returns.</param>
    /// <param name="connection">A connection that the application keeps and closes; see <see cref="RedisStreamEngine.Connect(IConnectionMultiplexer, RedisEngineOptions?, ILoggerFactory?)"/>.</param>
    /// <param name="configure">Sets the options; the section <c>WorkerStreams:Redis</c> of the configuration wins over it.</param>
    /// <inheritdoc cref="UseRedis(WorkerStreamsBuilder, string, Action{RedisEngineOptions}?)"/>
    public static WorkerStreamsBuilder UseRedis(this WorkerStreamsBuilder builder, IConnectionMultiplexer connection, Action<RedisEngineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Use(builder, Given, configure, (settings, loggers) => RedisStreamEngine.Connect(connection, settings.Options, loggers));
    }

    private static RedisSettings Given() => new() { IsConnectionGiven = true };

    private static WorkerStreamsBuilder Use(WorkerStreamsBuilder builder, string? configuration, Action<RedisEngineOptions>? configure) => Use(
        builder,
        () => new() { Configuration = configuration },
        configure,
        static (settings, loggers) => RedisStreamEngine.Connect(ConfigurationOptions.Parse(settings.Configuration!), settings.Options, loggers, settings.Origin));

    private static WorkerStreamsBuilder Use(
        WorkerStreamsBuilder builder, Func<RedisSettings> create, Action<RedisEngineOptions>? configure, Func<RedisSettings, ILoggerFactory, RedisStreamEngine> connect)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseEngine(RedisSettings.Table, Create, (services, settings) => connect(settings, services.GetRequiredService<ILoggerFactory>()));

        RedisSettings Create()
        {
            var settings = create();
            configure?.Invoke(settings.Options);
            return settings;
        }
    }
}
