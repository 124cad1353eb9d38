using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly.Registry;
using WorkerStreams.Consuming;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Serialization;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Configuration;

/// <summary>Makes the running parts from what was registered and planned; called by the container.</summary>
internal static class Composition
{
    public static IStreamEngine CreateEngine(IServiceProvider services) => services.GetRequiredService<Plans>().CreateEngine(services);

    public static IMessageSerializer CreateSerializer(IServiceProvider services)
    {
        var options = JsonMessageSerializer.CreateOptions();
        foreach (var configuration in services.GetServices<JsonConfiguration>())
            configuration.Configure(options);
        return new JsonMessageSerializer(options);
    }

    public static StreamWorker CreateWorker(IServiceProvider services) => new(
        cancellation => CheckEngineAsync(services, cancellation),
        () => PlanConsumers(services),
        () => [.. services.GetRequiredService<Plans>().Producers.Values.Where(producer => producer.HasRetention).DistinctBy(producer => producer.Stream)],
        services.GetRequiredService<IStreamEngine>,
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<Jitter>(),
        services.GetRequiredService<HolderProcess>(),
        services.GetRequiredService<StreamTelemetry>(),
        services.GetRequiredService<OpenProducers>(),
        services.GetRequiredService<ILogger<StreamWorker>>(),
        services.GetRequiredService<IOptions<HostOptions>>());

    /// <summary>The worker, for the host to start. The host asks before it starts any service, so with wrong settings none is.</summary>
    /// <exception cref="WorkerStreamsConfigurationException">One or more settings are wrong; all of them are named.</exception>
    public static StreamWorker ResolveWorker(IServiceProvider services)
    {
        services.GetRequiredService<Plans>();
        return services.GetRequiredService<StreamWorker>();
    }

    private static ValueTask CheckEngineAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var plans = services.GetRequiredService<Plans>();
        return services.GetRequiredService<IStreamEngine>().CheckAsync(
            [.. plans.Consumers.Select(consumer => (consumer.Stream, consumer.Group))], [.. plans.Producers.Values.Select(producer => producer.Stream).Distinct()], cancellation);
    }

    private static IReadOnlyList<PlannedConsumer> PlanConsumers(IServiceProvider services) =>
    [
        .. services.GetServices<ConsumerRegistration>().Zip(
            services.GetRequiredService<Plans>().Consumers,
            (registration, plan) => new PlannedConsumer(plan, registration.CreateInvoker(services, plan))),
    ];

    public static IMessageInvoker CreateInvoker<TMessage, THandler>(IServiceProvider services, ConsumerPlan plan)
        where THandler : class, IStreamHandler<TMessage> =>
        new MessageInvoker<TMessage, THandler>(
            services.GetRequiredService<IMessageSerializer>().GetCodec<TMessage>(),
            new(services.GetRequiredService<StreamTelemetry>(), plan, services.GetRequiredService<TimeProvider>()),
            services.GetRequiredService<IServiceScopeFactory>(),
            services.GetRequiredService<RegisteredServices>().IsSingleton<THandler>() ? services.GetRequiredService<THandler>() : null,
            new(plan, services.GetService<ResiliencePipelineProvider<string>>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<Jitter>()));

    public static IStreamProducer<TMessage> CreateProducer<TMessage>(IServiceProvider services, ProducerRegistration registration)
    {
        var serializer = services.GetRequiredService<IMessageSerializer>();
        var producer = new StreamProducer<TMessage>(
            services.GetRequiredService<Plans>().Producers[registration],
            services.GetRequiredService<IStreamEngine>(),
            serializer.GetCodec<TMessage>(),
            serializer.ContentType,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<StreamTelemetry>());
        services.GetRequiredService<OpenProducers>().Add(producer);
        return producer;
    }

    public static IStreamProducer<TMessage> OnlyProducer<TMessage>(IServiceProvider services)
    {
        // If other settings are wrong too, all of them are told.
        services.GetRequiredService<Plans>();
        string[] streams = [.. services.GetServices<ProducerRegistration>().Where(producer => producer.MessageType == typeof(TMessage)).Select(producer => producer.Stream)];
        return streams is [var stream]
            ? services.GetRequiredKeyedService<IStreamProducer<TMessage>>(stream)
            : throw new InvalidOperationException($"Something resolves {InjectionCheck.Ambiguity(typeof(TMessage), streams)}");
    }
}
