using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Registry;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Configuration;

/// <summary>What the container holds after a registration.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public void One_hosted_service_runs_everything()
    {
        var services = new ServiceCollection();
        services.AddWorkerStreams();
        services.AddStreamConsumer<Order, OrderHandler>("orders", "billing").AddStreamProducer<Order>("orders");
        services.AddWorkerStreams();
        using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.Single(provider.GetServices<IHostedService>());
        Assert.Single(provider.GetServices<IStreamEngine>());
    }

    [Fact]
    public void A_handler_is_scoped_unless_the_application_has_registered_it()
    {
        var services = new ServiceCollection();
        services.AddSingleton<OrderHandler>();
        services.AddStreamConsumer<Order, OrderHandler>("orders", "billing").AddStreamConsumer<Order, AnyHandler<Order>>("orders", "shipping");

        Assert.Equal(ServiceLifetime.Singleton, Assert.Single(services, service => service.ServiceType == typeof(OrderHandler)).Lifetime);
        Assert.Equal(ServiceLifetime.Scoped, Assert.Single(services, service => service.ServiceType == typeof(AnyHandler<Order>)).Lifetime);
    }

    [Fact]
    public void A_producer_is_one_object_with_its_key_and_without()
    {
        using var host = ConfiguredHost.Build(services => services.AddStreamProducer<Order>("orders").AddStreamProducer<Refund>("refunds"));

        Assert.Same(host.Services.GetRequiredService<IStreamProducer<Order>>(), host.Services.GetRequiredKeyedService<IStreamProducer<Order>>("orders"));
        Assert.NotNull(host.Services.GetRequiredKeyedService<IStreamProducer<Refund>>("refunds"));
    }

    [Fact]
    public void Two_producers_of_one_message_are_told_apart_by_their_keys_alone()
    {
        using var host = ConfiguredHost.Build(services => services.AddStreamProducer<Order>("orders").AddStreamProducer<Order>("archive"));

        Assert.NotSame(host.Services.GetRequiredKeyedService<IStreamProducer<Order>>("orders"), host.Services.GetRequiredKeyedService<IStreamProducer<Order>>("archive"));
        var exception = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<IStreamProducer<Order>>);
        Assert.Equal("Something resolves IStreamProducer<Order>, which may publish to 'orders' or 'archive'. Allowed: a key, as in [FromKeyedServices(\"orders\")].", exception.Message);
    }

    [Fact]
    public async Task An_injection_that_can_t_decide_between_two_producers_is_an_error_at_start()
    {
        var errors = await ConfiguredHost.StartAsync(services => services
            .AddStreamProducer<Order>("orders")
            .AddStreamProducer<Order>("archive")
            .AddStreamProducer<Refund>("refunds")
            .AddStreamConsumer<Order, UnkeyedHandler>("orders", "billing")
            .AddStreamConsumer<Order, KeyedHandler>("orders", "shipping")
            .AddStreamConsumer<Order, RefundingHandler>("orders", "refunding")
            .AddHostedService<UnkeyedService>()
            .AddTransient<EitherWay>());

        Assert.Equal(
            [
                "UnkeyedHandler injects IStreamProducer<Order>, which may publish to 'orders' or 'archive'. Allowed: a key, as in [FromKeyedServices(\"orders\")].",
                "UnkeyedService injects IStreamProducer<Order>, which may publish to 'orders' or 'archive'. Allowed: a key, as in [FromKeyedServices(\"orders\")].",
            ],
            errors);
    }

    [Fact]
    public async Task One_producer_for_one_message_and_stream()
    {
        var errors = await ConfiguredHost.StartAsync(services => services.AddStreamProducer<Order>("orders").AddStreamProducer<Order>("orders", options => options.KeepForever = true));

        Assert.Equal(["AddStreamProducer<Order>(\"orders\") is called twice. Allowed: one producer of a message type for a stream."], errors);
    }

    [Fact]
    public async Task The_in_process_engine_takes_the_containers_clock_and_the_settings_of_code_and_configuration()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var host = ConfiguredHost.Build(
            services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                services.AddWorkerStreams().UseInProcess(options => options with { MaxMemory = 1, NodeMaxEntries = 7 });
            },
            ("WorkerStreams:Engine:MaxMemory", "2MiB"));
        var engine = Assert.IsType<InProcessStreamEngine>(host.Services.GetRequiredService<IStreamEngine>());

        for (var i = 0; i < 15; i++)
            Assert.Equal((ulong)clock.GetUtcNow().ToUnixTimeMilliseconds(), (await engine.AppendAsync("s", new(EntryFields.Of(("f", "v")))))!.Value.Milliseconds);
        Assert.Equal(7, await engine.TrimAsync("s", StreamTrim.MaxLength(5, approximate: true)));
        var full = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.AppendAsync("s", new(EntryFields.Of(("f", new string('x', 3 << 20))))));
        Assert.Equal(StreamErrorCode.OutOfMemory, full.Code);
    }

    [Fact]
    public void The_last_engine_chosen_counts()
    {
        var mine = new InProcessStreamEngine(new());
        using var host = ConfiguredHost.Build(services =>
        {
            services.AddWorkerStreams().UseInProcess().UseEngine(_ => mine);
            services.AddStreamProducer<Order>("orders");
        });

        Assert.Same(mine, host.Services.GetRequiredService<IStreamEngine>());
    }

    [Fact]
    public void Json_options_add_up()
    {
        var calls = new List<JsonSerializerOptions>();
        using var host = ConfiguredHost.Build(services => services.AddWorkerStreams().ConfigureJson(calls.Add).ConfigureJson(calls.Add));

        Assert.Equal("application/json", host.Services.GetRequiredService<IMessageSerializer>().ContentType);
        Assert.Equal(2, calls.Count);
        Assert.Same(calls[0], calls[1]);
        Assert.Equal(JsonNamingPolicy.CamelCase, calls[0].PropertyNamingPolicy);
    }

    [Fact]
    public async Task A_pipeline_must_be_in_the_registry()
    {
        static void Register(IServiceCollection services) =>
            services.AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.ResiliencePipeline = "patient");
        var registry = new ResiliencePipelineRegistry<string>();
        registry.TryAddBuilder("patient", (builder, _) => builder.AddTimeout(TimeSpan.FromSeconds(1)));
        string[] expected = ["AddStreamConsumer<Order, OrderHandler>(\"orders\", \"billing\"): ResiliencePipeline is 'patient'. Allowed: a key that AddResiliencePipeline has registered."];

        Assert.Equal(expected, await ConfiguredHost.StartAsync(Register));
        Assert.Equal(expected, await ConfiguredHost.StartAsync(services =>
        {
            Register(services);
            services.AddSingleton<ResiliencePipelineProvider<string>>(new ResiliencePipelineRegistry<string>());
        }));
        Assert.Empty(await ConfiguredHost.StartAsync(services =>
        {
            Register(services);
            services.AddSingleton<ResiliencePipelineProvider<string>>(registry);
        }));
    }

    [Fact]
    public async Task A_stream_that_nobody_trims_is_warned_about_once()
    {
        var log = new LogOfWarnings();
        await ConfiguredHost.StartAsync(services => services
            .AddLogging(logging => logging.AddProvider(log))
            .AddStreamProducer<Order>("growing").AddStreamProducer<Refund>("growing")
            .AddStreamProducer<Order>("by length", options => options.MaxLength = 10).AddStreamProducer<Refund>("by length")
            .AddStreamProducer<Order>("by age", options => options.MaxAge = TimeSpan.FromDays(1))
            .AddStreamProducer<Order>("until acknowledged", options => options.UntilAcknowledged = true).AddStreamProducer<Refund>("until acknowledged")
            .AddStreamProducer<Order>("archive", options => options.KeepForever = true)
            .AddStreamConsumer<Order, OrderHandler>("read only", "billing"));

        Assert.Equal(["Stream growing has a producer without retention and grows without bound. Set MaxLength, MaxAge or UntilAcknowledged, or KeepForever where that is meant."], log.Warnings);
    }

    private sealed class UnkeyedHandler(IStreamProducer<Order> producer) : IStreamHandler<Order>
    {
        public ValueTask HandleAsync(Order message, StreamContext context, CancellationToken cancellation) => new(producer.PublishAsync(message, cancellation: cancellation).AsTask());
    }

    private sealed class KeyedHandler([FromKeyedServices("archive")] IStreamProducer<Order> producer) : IStreamHandler<Order>
    {
        public ValueTask HandleAsync(Order message, StreamContext context, CancellationToken cancellation) => new(producer.PublishAsync(message, cancellation: cancellation).AsTask());
    }

    private sealed class RefundingHandler(IStreamProducer<Refund> producer) : IStreamHandler<Order>
    {
        public ValueTask HandleAsync(Order message, StreamContext context, CancellationToken cancellation) => new(producer.PublishAsync(new(message.Number), cancellation: cancellation).AsTask());
    }

    private sealed class UnkeyedService(IStreamProducer<Order> producer) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => producer.PublishAsync(new(1), cancellation: stoppingToken).AsTask();
    }

    // The container may take the constructor that needs no producer.
    private sealed class EitherWay
    {
        public EitherWay()
        {
        }

        public EitherWay(IStreamProducer<Order> producer) => Producer = producer;

        public IStreamProducer<Order>? Producer { get; }
    }

    private sealed class LogOfWarnings : ILoggerProvider, ILogger
    {
        public List<string> Warnings { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && exception is null)
                Warnings.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
