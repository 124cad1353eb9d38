using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Configuration;

/// <summary>An engine with a section of its own.</summary>
public sealed class EngineSettingsTests
{
    [Fact]
    public async Task Configuration_wins_over_code_and_the_engine_is_made_by_what_comes_of_it()
    {
        Options? made = null;
        Assert.Empty(await ConfiguredHost.StartAsync(
            services => Use(services, new() { Number = 3, Wait = TimeSpan.FromSeconds(4), Key = "from code" }, options => made = options),
            ("WorkerStreams:remote:number", "5"),
            ("WorkerStreams:Remote:Key", "open sesame")));

        Assert.Equal((5, TimeSpan.FromSeconds(4), "open sesame"), (made!.Number, made.Wait, made.Key));
    }

    [Fact]
    public async Task All_errors_come_at_once_and_show_no_secret()
    {
        var errors = await ConfiguredHost.StartAsync(
            services => Use(services, new() { Wait = TimeSpan.FromDays(1) }),
            ("WorkerStreams:Remote:Number", "11"),
            ("WorkerStreams:Remote:Key", "wrong"),
            ("WorkerStreams:Remote:Keys", "hush"),
            ("WorkerStreams:Engine:MaxMemory", "1GiB"),
            ("WorkerStreams:Remot:Key", "hush"));

        Assert.Equal(
            [
                "WorkerStreams:Remot is no section. Did you mean 'Remote'? Allowed: Consumers, Producers, Engine, Health, Remote.",
                "WorkerStreams:Engine:MaxMemory is '1GiB', but UseRemote has replaced the in-process engine. Allowed: no such section.",
                "WorkerStreams:Remote:Key is '***': it opens nothing. Allowed: a word that opens.",
                "WorkerStreams:Remote:Keys is '***', but there is no such setting. Did you mean 'Key'? Allowed: Number, Wait, Key.",
                "WorkerStreams:Remote:Number is '11'. Allowed: a whole number from 1 to 10.",
                "UseRemote: Wait is '1d'. Allowed: a duration such as 30s or 00:00:30, from 0s to 5s.",
            ],
            errors);
    }

    [Fact]
    public async Task A_secret_in_the_place_of_its_section_is_not_shown() =>
        Assert.Contains("WorkerStreams:Remote is '***'. Allowed: a section of settings.", await ConfiguredHost.StartAsync(services => Use(services, new()), ("WorkerStreams:Remote", "hush")));

    [Fact]
    public async Task A_secret_that_is_missing_or_wrong_in_code_is_told()
    {
        Assert.Equal(["UseRemote: Key is '': it is missing. Allowed: a word that opens."], await ConfiguredHost.StartAsync(services => Use(services, new())));
        Assert.Equal(["UseRemote: Key is '***': it opens nothing. Allowed: a word that opens."], await ConfiguredHost.StartAsync(services => Use(services, new() { Key = "wrong" })));
    }

    [Fact]
    public async Task Its_section_belongs_to_nobody_where_another_engine_is_used() =>
        Assert.Equal(
            ["WorkerStreams:Remote is no section. Allowed: Consumers, Producers, Engine, Health."],
            await ConfiguredHost.StartAsync(services => services.AddWorkerStreams(), ("WorkerStreams:Remote:Number", "1")));

    [Theory]
    [InlineData("engine")]
    [InlineData("Consumers")]
    [InlineData("Re:mote")]
    public void A_section_has_a_name_of_its_own(string name)
    {
        var thrown = Assert.Throws<ArgumentException>(() => new EngineSettings<Options>(name, "UseRemote"));
        Assert.StartsWith($"The section is called '{name}'. Allowed: a name without ':', and none of Consumers, Producers, Engine, Health.", thrown.Message, StringComparison.Ordinal);
    }

    private static void Use(IServiceCollection services, Options options, Action<Options>? made = null)
    {
        var settings = new EngineSettings<Options>("Remote", "UseRemote")
            .Number(nameof(Options.Number), 1, 10, o => o.Number, (o, value) => o.Number = (int)value)
            .Duration(nameof(Options.Wait), TimeSpan.Zero, TimeSpan.FromSeconds(5), o => o.Wait, (o, value) => o.Wait = value)
            .Secret(nameof(Options.Key), "a word that opens", Fault, o => o.Key, (o, value) => o.Key = value);
        services.AddStreamProducer<Order>("orders", producer => producer.KeepForever = true);
        services.AddWorkerStreams().UseEngine(settings, () => options, (_, chosen) =>
        {
            made?.Invoke(chosen);
            return new InProcessStreamEngine();
        });
        services.AddStreamConsumer<Order, OrderHandler>("orders", "billing");
    }

    private static string? Fault(Options options, string? key) =>
        string.IsNullOrEmpty(key) ? "it is missing" : key is "open sesame" or "from code" ? null : "it opens nothing";

    private sealed class Options
    {
        public int Number { get; set; } = 1;

        public TimeSpan Wait { get; set; }

        public string? Key { get; set; }
    }
}
