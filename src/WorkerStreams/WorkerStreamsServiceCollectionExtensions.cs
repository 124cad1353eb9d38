using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WorkerStreams;
using WorkerStreams.Configuration;
using WorkerStreams.Consuming;
using WorkerStreams.DeadLetters;
using WorkerStreams.Producing;
using WorkerStreams.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers consumers and producers of streams.</summary>
public static class WorkerStreamsServiceCollectionExtensions
{
    /// <summary>
    /// Adds the worker that runs all consumers, <see cref="IDeadLetters"/>, and an engine: the in-process one in memory, unless the builder is told otherwise.
    /// <see cref="AddStreamConsumer"/> and <see cref="AddStreamProducer"/> call it themselves. Calling it again changes nothing.
    /// </summary>
    public static WorkerStreamsBuilder AddWorkerStreams(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = new WorkerStreamsBuilder(services);
        if (services.Any(service => service.ServiceType == typeof(StreamWorker)))
            return builder;
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Jitter.Shared);
        services.TryAddSingleton(HolderProcess.Current);
        services.AddSingleton(new RegisteredServices(services));
        services.AddSingleton<EngineRegistration>(new InProcessRegistration());
        services.AddSingleton(static provider => new StreamTelemetry(provider.GetService<IMeterFactory>()));
        services.AddSingleton(new OpenProducers());
        services.AddSingleton(Planner.Plan);
        services.TryAddSingleton(Composition.CreateSerializer);
        services.TryAddSingleton(Composition.CreateEngine);
        services.TryAddSingleton<IDeadLetters, DeadLetterService>();
        services.AddSingleton(Composition.CreateWorker);
        services.AddHostedService(Composition.ResolveWorker);
        return builder;
    }

    /// <summary>
    /// Adds a consumer: <typeparamref name="THandler"/> handles the messages of <paramref name="stream"/> for the consumer group
    /// <paramref name="group"/>, which is made on start where it does not exist. The handler is registered as scoped, unless it is registered already.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="configure">Sets the options; the section <c>WorkerStreams:Consumers:&lt;name&gt;</c> of the configuration wins over it.</param>
    /// <param name="name">The consumer's name in configuration, logs, health and metrics, unique in the host. Default: the handler type's name.</param>
    /// <exception cref="ArgumentException"><paramref name="stream"/>, <paramref name="group"/> or <paramref name="name"/> is empty.</exception>
    public static IServiceCollection AddStreamConsumer<TMessage, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services, string stream, string group, Action<StreamConsumerOptions>? configure = null, string? name = null)
        where THandler : class, IStreamHandler<TMessage>
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        ArgumentException.ThrowIfNullOrEmpty(group);
        name ??= TypeName.Of(typeof(THandler));
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.AddWorkerStreams();
        services.TryAddScoped<THandler>();
        services.AddSingleton(new ConsumerRegistration(
            name,
            stream,
            group,
            $"AddStreamConsumer<{TypeName.Of(typeof(TMessage))}, {TypeName.Of(typeof(THandler))}>(\"{stream}\", \"{group}\")",
            configure,
            serializer => serializer.GetCodec<TMessage>(),
            Composition.CreateInvoker<TMessage, THandler>));
        return services;
    }

    /// <summary>
    /// Adds an <see cref="IStreamProducer{TMessage}"/> that publishes to <paramref name="stream"/>. It is injected as such, and where there are several for
    /// one type of message by the stream's name: <c>[FromKeyedServices("orders")]</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="configure">Sets the options; the section <c>WorkerStreams:Producers:&lt;stream&gt;</c> of the configuration wins over it.</param>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is empty.</exception>
    public static IServiceCollection AddStreamProducer<TMessage>(this IServiceCollection services, string stream, Action<StreamProducerOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        services.AddWorkerStreams();
        var registration = new ProducerRegistration(stream, typeof(TMessage), configure, serializer => serializer.GetCodec<TMessage>());
        services.AddSingleton(registration);
        services.AddKeyedSingleton<IStreamProducer<TMessage>>(stream, (provider, _) => Composition.CreateProducer<TMessage>(provider, registration));
        services.TryAddSingleton(Composition.OnlyProducer<TMessage>);
        return services;
    }
}
