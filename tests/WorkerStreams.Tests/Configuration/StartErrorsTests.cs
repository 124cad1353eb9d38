using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerStreams.Tests.Configuration;

/// <summary>A host with wrong settings does not start and says all that is wrong at once.</summary>
public sealed class StartErrorsTests
{
    private const string Call = "AddStreamConsumer<Order, OrderHandler>(\"orders\", \"billing\")";

    [Fact]
    public async Task All_errors_come_at_once_and_name_place_value_and_what_is_allowed()
    {
        using var host = ConfiguredHost.Build(
            services => services
                .AddStreamConsumer<Order, OrderHandler>("orders", "billing", options =>
                {
                    options.MaxDeliveries = 0;
                    options.MinIdleTime = TimeSpan.FromDays(2);
                })
                .AddStreamProducer<Refund>("refunds", options => options.MaxInFlight = -1),
            ("WorkerStreams:Consumers:OrderHandler:Concurrency", "many"),
            ("WorkerStreams:Consumers:OrderHandler:BlockTime", "30"),
            ("WorkerStreams:Consumers:OrderHandler:RedeliverDelay", "5s"),
            ("WorkerStreams:Consumers:OrderHandlr:Concurrency", "8"),
            ("WorkerStreams:Producers:refunds:MaxLength", "0"),
            ("WorkerStreams:Engine:MaxMemory", "1MB"));

        var exception = await Assert.ThrowsAsync<WorkerStreamsConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        string[] expected =
        [
            "WorkerStreams:Consumers:OrderHandlr names no registered consumer. Did you mean 'OrderHandler'? Allowed: OrderHandler.",
            "WorkerStreams:Consumers:OrderHandler:BlockTime is '30'. Allowed: a duration such as 30s or 00:00:30, from 10ms to 1h.",
            "WorkerStreams:Consumers:OrderHandler:Concurrency is 'many'. Allowed: a whole number from 1 to 10000.",
            "WorkerStreams:Consumers:OrderHandler:RedeliverDelay is '5s', but there is no such setting. Did you mean 'RedeliveryDelay'? Allowed: Concurrency, PrefetchCount, PrefetchBytes, MinIdleTime, ReclaimInterval, "
                + "MaxDeliveries, RedeliveryDelay, MaxRedeliveryDelay, HandlerTimeout, ResiliencePipeline, StartFrom, ConsumerName, BlockTime.",
            Call + ": MinIdleTime is '2d'. Allowed: a duration such as 30s or 00:00:30, from 100ms to 1d.",
            Call + ": MaxDeliveries is '0'. Allowed: a whole number from 1 to 1000000.",
            "WorkerStreams:Producers:refunds:MaxLength is '0'. Allowed: a whole number from 1 on, or nothing.",
            "AddStreamProducer<Refund>(\"refunds\"): MaxInFlight is '-1'. Allowed: a whole number from 1 to 100000.",
            "WorkerStreams:Engine:MaxMemory is '1MB'. Allowed: a size in bytes such as 16MiB, from 1MiB on, or nothing.",
        ];
        Assert.Equal(expected, exception.Errors);
        Assert.Equal("WorkerStreams can't start, its configuration is wrong:" + string.Concat(expected.Select(line => $"{Environment.NewLine}  {line}")), exception.Message);
    }

    [Fact]
    public async Task No_service_is_started_when_a_setting_is_wrong()
    {
        var other = new OtherService();
        using var host = ConfiguredHost.Build(services => services
            .AddSingleton<IHostedService>(other)
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.Concurrency = 0));

        await Assert.ThrowsAsync<WorkerStreamsConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.False(other.Started);
    }

    [Fact]
    public async Task A_consumer_of_the_right_settings_starts()
    {
        Assert.Empty(await ConfiguredHost.StartAsync(
            services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.Concurrency = 0),
            ("WorkerStreams:Consumers:OrderHandler:Concurrency", "4")));
    }

    [Theory]
    [InlineData(300, 256, "Concurrency is '300', but {0}: PrefetchCount is '256'. Allowed: a Concurrency of at most PrefetchCount.")]
    [InlineData(256, 256, null)]
    [InlineData(0, -1, "Concurrency is '0'. Allowed: a whole number from 1 to 10000.|{0}: PrefetchCount is '-1'. Allowed: a whole number from 1 to 100000.")]
    public async Task Concurrency_is_at_most_PrefetchCount(int concurrency, int prefetchCount, string? error)
    {
        var errors = await ConfiguredHost.StartAsync(services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing", options =>
            (options.Concurrency, options.PrefetchCount) = (concurrency, prefetchCount)));

        Assert.Equal(error is null ? [] : $"{{0}}: {error}".Replace("{0}", Call, StringComparison.Ordinal).Split('|'), errors);
    }

    [Fact]
    public async Task RedeliveryDelay_is_at_most_MaxRedeliveryDelay()
    {
        var errors = await ConfiguredHost.StartAsync(
            services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.MaxRedeliveryDelay = TimeSpan.FromSeconds(90)),
            ("WorkerStreams:Consumers:OrderHandler:RedeliveryDelay", "00:01:30.001"));

        Assert.Equal(
            [$"WorkerStreams:Consumers:OrderHandler:RedeliveryDelay is '90001ms', but {Call}: MaxRedeliveryDelay is '90s'. Allowed: a RedeliveryDelay of at most MaxRedeliveryDelay."],
            errors);
    }

    [Fact]
    public async Task A_stream_has_one_retention()
    {
        var errors = await ConfiguredHost.StartAsync(
            services => services
                .AddStreamProducer<Order>("orders", options => (options.MaxLength, options.KeepForever) = (1000, true))
                .AddStreamProducer<Refund>("refunds", options => options.MaxAge = TimeSpan.FromDays(7)),
            ("WorkerStreams:Producers:refunds:MaxLength", "5"));

        Assert.Equal(
            [
                "AddStreamProducer<Order>(\"orders\"): KeepForever is 'true', but AddStreamProducer<Order>(\"orders\"): MaxLength is '1000'. Allowed: one of the two.",
                "WorkerStreams:Producers:refunds:MaxLength is '5', but AddStreamProducer<Refund>(\"refunds\"): MaxAge is '7d'. Allowed: one of the two.",
            ],
            errors);
    }

    [Fact]
    public async Task Producers_of_a_stream_agree_in_what_they_spare()
    {
        var errors = await ConfiguredHost.StartAsync(
            services => services
                .AddStreamProducer<Order>("orders", options => (options.UntilAcknowledged, options.MaxLength) = (true, 1000))
                .AddStreamProducer<Refund>("orders", options => options.MaxLength = 1000)
                .AddStreamProducer<string>("orders")
                .AddStreamProducer<Refund>("refunds", options => options.KeepForever = true),
            ("WorkerStreams:Producers:refunds:UntilAcknowledged", "true"));

        Assert.Equal(
            [
                "AddStreamProducer<Refund>(\"refunds\"): KeepForever is 'true', but WorkerStreams:Producers:refunds:UntilAcknowledged is 'true'. Allowed: one of the two.",
                "AddStreamProducer<Order>(\"orders\"): UntilAcknowledged is 'true', but AddStreamProducer<Refund>(\"orders\") keeps other entries. "
                + "Allowed: the same MaxLength, MaxAge and UntilAcknowledged for all producers of a stream, or none.",
            ],
            errors);
    }

    [Theory]
    [InlineData("WorkerStreams:Consumer:OrderHandler:Concurrency", "1", "WorkerStreams:Consumer is no section. Did you mean 'Consumers'? Allowed: Consumers, Producers, Engine, Health.")]
    [InlineData("WorkerStreams:Consumers", "1", "WorkerStreams:Consumers is '1'. Allowed: a section.")]
    [InlineData("WorkerStreams:Consumers:OrderHandler", "1", "WorkerStreams:Consumers:OrderHandler is '1'. Allowed: a section of settings.")]
    [InlineData("WorkerStreams:Consumers:Unheard", "", "WorkerStreams:Consumers:Unheard names no registered consumer. Allowed: OrderHandler.")]
    [InlineData("WorkerStreams:Producers:orders:MaxLength", "1", "WorkerStreams:Producers:orders names no registered producer's stream. Allowed: nothing, none is registered.")]
    [InlineData("WorkerStreams:Engine:MaxMemroy", "1GiB", "WorkerStreams:Engine:MaxMemroy is '1GiB', but there is no such setting. Did you mean 'MaxMemory'? Allowed: MaxMemory, MaxEntryBytes, NodeMaxEntries, NodeMaxBytes, DataDirectory, FlushPolicy.")]
    [InlineData("WorkerStreams:Consumers:OrderHandler:Concurrency:Max", "1", "WorkerStreams:Consumers:OrderHandler:Concurrency:Max is '1', but there is no such setting. Allowed: Concurrency, PrefetchCount, PrefetchBytes, MinIdleTime, ReclaimInterval, MaxDeliveries, RedeliveryDelay, MaxRedeliveryDelay, HandlerTimeout, ResiliencePipeline, StartFrom, ConsumerName, BlockTime.")]
    public async Task What_belongs_to_nobody_is_refused(string path, string text, string error)
    {
        var errors = await ConfiguredHost.StartAsync(services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing"), (path, text));

        Assert.Equal([error], errors);
    }

    [Fact]
    public async Task A_start_that_is_none_of_the_two_is_refused() =>
        Assert.Equal(
            [Call + ": StartFrom is '7'. Allowed: Beginning or End."],
            await ConfiguredHost.StartAsync(services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.StartFrom = (GroupStart)7)));

    [Theory]
    [InlineData("WorkerStreams", null)]
    [InlineData("WorkerStreams:Consumers", null)]
    [InlineData("WorkerStreams:Consumers:OrderHandler", null)]
    [InlineData("WorkerStreams:Consumers:orderhandler:concurrency", " 2 ")]
    [InlineData("WorkerStreams:Consumers:OrderHandler:HandlerTimeout", null)]
    public async Task Empty_sections_and_other_case_are_fine(string path, string? text) =>
        Assert.Empty(await ConfiguredHost.StartAsync(services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing"), (path, text)));

    [Fact]
    public async Task Settings_of_an_engine_that_is_not_used_are_refused()
    {
        var errors = await ConfiguredHost.StartAsync(
            services => services.AddWorkerStreams().UseEngine(_ => new Engine.InProcessStreamEngine(new())),
            ("WorkerStreams:Engine:MaxMemory", "1GiB"));

        Assert.Equal(["WorkerStreams:Engine:MaxMemory is '1GiB', but UseEngine has replaced the in-process engine. Allowed: no such section."], errors);
    }

    [Fact]
    public async Task A_stream_whose_companions_could_not_share_its_slot_is_refused()
    {
        var errors = await ConfiguredHost.StartAsync(services => services
            .AddStreamConsumer<Order, OrderHandler>("or}ders", "billing")
            .AddStreamProducer<Order>("or}ders", options => options.KeepForever = true));

        const string Reason = "The stream name 'or}ders' holds a '}' that closes no hash tag, so no companion can share its slot. Allowed: a name without '}', or with a tag such as '{t1}:orders'.";
        Assert.Equal([$"AddStreamConsumer<Order, OrderHandler>(\"or}}ders\", \"billing\"): {Reason}", $"AddStreamProducer<Order>(\"or}}ders\"): {Reason}"], errors);
    }

    [Fact]
    public async Task A_message_that_the_serializer_refuses_is_refused()
    {
        var errors = await ConfiguredHost.StartAsync(services =>
        {
            services.AddStreamConsumer<Order, OrderHandler>("orders", "billing").AddStreamProducer<Refund>("refunds");
            services.AddWorkerStreams().UseSerializer(new RefusingSerializer());
        });

        Assert.Equal([$"{Call}: No Order here.", "AddStreamProducer<Refund>(\"refunds\"): No Refund here."], errors);
    }

    private sealed class OtherService : IHostedService
    {
        public bool Started { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Started = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class RefusingSerializer : IMessageSerializer
    {
        public string ContentType => "text/plain";

        public IMessageCodec<TMessage> GetCodec<TMessage>() => throw new NotSupportedException($"No {typeof(TMessage).Name} here.");
    }
}
