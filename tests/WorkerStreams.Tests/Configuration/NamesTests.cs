using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Configuration;

namespace WorkerStreams.Tests.Configuration;

/// <summary>How consumers are named, and which names clash.</summary>
public sealed class NamesTests
{
    [Fact]
    public void Consumers_of_one_group_in_one_host_are_told_apart_by_an_ordinal()
    {
        using var host = ConfiguredHost.Build(services => services
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing")
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing", name: "second")
            .AddStreamConsumer<Order, OrderHandler>("orders", "shipping", name: "other group")
            .AddStreamConsumer<Order, OrderHandler>("orders:eu", "billing", name: "other stream")
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.ConsumerName = "alice", name: "named")
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing", name: "third"));

        var machine = Environment.MachineName;
        Assert.Equal(
            [("OrderHandler", $"{machine}-1"), ("second", $"{machine}-2"), ("other group", $"{machine}-1"), ("other stream", $"{machine}-1"), ("named", "alice"), ("third", $"{machine}-3")],
            host.Services.GetRequiredService<Plans>().Consumers.Select(plan => (plan.Name, plan.Names[0].ToString())));
    }

    [Fact]
    public void The_plan_bears_stream_group_and_dead_letters()
    {
        using var host = ConfiguredHost.Build(services => services.AddStreamConsumer<Order, AnyHandler<Order>>("orders", "billing"));

        var plan = Assert.Single(host.Services.GetRequiredService<Plans>().Consumers);
        Assert.Equal(
            ("AnyHandler<Order>", "orders", "billing", "{orders}:dead"),
            (plan.Name, plan.Stream.ToString(), plan.Group.ToString(), plan.DeadLetterStream.ToString()));
    }

    [Fact]
    public async Task Two_consumers_of_one_name_are_refused()
    {
        var errors = await ConfiguredHost.StartAsync(services => services
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing")
            .AddStreamConsumer<Order, AnyHandler<Order>>("orders", "shipping", name: "orderhandler"));

        Assert.Equal(
            ["AddStreamConsumer<Order, OrderHandler>(\"orders\", \"billing\") and AddStreamConsumer<Order, AnyHandler<Order>>(\"orders\", \"shipping\") have the same name 'OrderHandler'. Allowed: a name for each, by the argument 'name'."],
            errors);
    }

    [Fact]
    public async Task A_consumer_named_as_its_group_is_refused()
    {
        var errors = await ConfiguredHost.StartAsync(
            services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing"), ("WorkerStreams:Consumers:OrderHandler:ConsumerName", "billing"));

        Assert.Equal(
            ["WorkerStreams:Consumers:OrderHandler:ConsumerName is 'billing'. Allowed: another name than the group's; instances of one name would take each other's entries."],
            errors);
    }

    [Fact]
    public async Task Two_consumers_of_one_name_in_a_group_are_refused()
    {
        var errors = await ConfiguredHost.StartAsync(services => services
            .AddStreamConsumer<Order, OrderHandler>("orders", "billing", options => options.ConsumerName = "alice", name: "a")
            .AddStreamConsumer<Order, OrderHandler>("orders", "shipping", options => options.ConsumerName = "alice", name: "b")
            .AddStreamConsumer<Order, AnyHandler<Order>>("orders", "billing", options => options.ConsumerName = "alice", name: "c"));

        Assert.Equal(
            ["AddStreamConsumer<Order, AnyHandler<Order>>(\"orders\", \"billing\"): ConsumerName is 'alice'. Allowed: a name that no other consumer has in the group 'billing' of 'orders'."],
            errors);
    }

    [Fact]
    public async Task Names_may_hold_colons()
    {
        using var host = ConfiguredHost.Build(
            services => services.AddStreamProducer<Order>("orders").AddStreamProducer<Order>("orders:eu").AddStreamProducer<Refund>("{t1}:refunds"),
            ("WorkerStreams:Producers:orders:MaxLength", "1"),
            ("WorkerStreams:Producers:orders:eu:MaxLength", "2"),
            ("WorkerStreams:Producers:{t1}:refunds:MaxLength", "3"));

        Assert.Equal(
            [("orders", 1L), ("orders:eu", 2L), ("{t1}:refunds", 3L)],
            host.Services.GetRequiredService<Plans>().Producers.Values.Select(plan => (plan.Stream.ToString(), plan.MaxLength!.Value)));
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("", "group", null)]
    [InlineData("stream", "", null)]
    [InlineData("stream", "group", "")]
    public void An_empty_name_is_refused_where_it_is_given(string stream, string group, string? name) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddStreamConsumer<Order, OrderHandler>(stream, group, name: name));

    [Fact]
    public void A_producer_needs_a_stream() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddStreamProducer<Order>(""));
}
