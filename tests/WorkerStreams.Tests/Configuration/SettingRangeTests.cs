using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Configuration;

namespace WorkerStreams.Tests.Configuration;

/// <summary>Every setting at both ends of its range and just beyond, from configuration and from code.</summary>
public sealed class SettingRangeTests
{
    private const string Duration = "a duration such as 30s or 00:00:30, from ";
    private const string Size = "a size in bytes such as 16MiB, from ";

    // Section, setting, what is allowed, texts that are, texts that are not.
    private static readonly Expectation[] Expectations =
    [
        new("Consumers:OrderHandler", "Concurrency", "a whole number from 1 to 10000", ["1", "10000"], ["0", "10001", "-1", "1.5", ""], [("PrefetchCount", "100000")]),
        new("Consumers:OrderHandler", "PrefetchCount", "a whole number from 1 to 100000", ["1", "100000"], ["0", "100001", "99999999999"], [("Concurrency", "1")]),
        new("Consumers:OrderHandler", "PrefetchBytes", Size + "1KiB to 1GiB", ["1024", "1GiB"], ["1023", "1073741825"]),
        new("Consumers:OrderHandler", "MinIdleTime", Duration + "100ms to 1d", ["100ms", "1d"], ["99ms", "1.00:00:00.0000001"]),
        new("Consumers:OrderHandler", "ReclaimInterval", Duration + "100ms to 1d", ["100ms", "1d"], ["99ms", "86401s"]),
        new("Consumers:OrderHandler", "MaxDeliveries", "a whole number from 1 to 1000000", ["1", "1000000"], ["0", "1000001"]),
        new("Consumers:OrderHandler", "RedeliveryDelay", Duration + "0s to 1d", ["0s", "1d"], ["-1ms", "25h"], [("MaxRedeliveryDelay", "1d")]),
        new("Consumers:OrderHandler", "MaxRedeliveryDelay", Duration + "0s to 1d", ["0s", "1d"], ["-1ms", "25h"], [("RedeliveryDelay", "0s")]),
        new("Consumers:OrderHandler", "HandlerTimeout", Duration + "10ms to 1d, or nothing", ["10ms", "1d", ""], ["9ms", "25h"]),
        new("Consumers:OrderHandler", "ResiliencePipeline", "1 to 256 characters, or nothing", [""], [new('x', 257)]),
        new("Consumers:OrderHandler", "StartFrom", "Beginning or End", ["Beginning", "end"], ["0", "1", "Beginning, End", ""]),
        new("Consumers:OrderHandler", "ConsumerName", "1 to 256 characters, or nothing", ["x", new('x', 256), ""], [new('x', 257)]),
        new("Consumers:OrderHandler", "BlockTime", Duration + "10ms to 1h", ["10ms", "1h"], ["9ms", "3601s"]),
        new("Producers:orders", "MaxLength", "a whole number from 1 on, or nothing", ["1", "9223372036854775807", ""], ["0", "9223372036854775808"]),
        new("Producers:orders", "MaxAge", Duration + "1s on, or nothing", ["1s", "10675199d", ""], ["999ms", "10675200d"]),
        new("Producers:orders", "UntilAcknowledged", "true or false", ["true", "False"], ["yes", "1", ""]),
        new("Producers:orders", "KeepForever", "true or false", ["true", "False"], ["yes", "1", ""]),
        new("Producers:orders", "MaxInFlight", "a whole number from 1 to 100000", ["1", "100000"], ["0", "100001"]),
        new("Engine", "MaxMemory", Size + "1MiB on, or nothing", ["1MiB", "9223372036854775807", ""], ["1048575", "9223372036854775808"]),
        new("Engine", "MaxEntryBytes", Size + "1 to 1GiB", ["1", "1GiB"], ["0", "1073741825"]),
        new("Engine", "NodeMaxEntries", "a whole number from 1 to 10000", ["1", "10000"], ["0", "10001"]),
        new("Engine", "NodeMaxBytes", Size + "256 to 1MiB", ["256", "1MiB"], ["255", "1048577"]),
        new("Engine", "DataDirectory", "1 to 4096 characters, or nothing", [""], [new('x', 4097)]),
        new("Engine", "FlushPolicy", "Always or EverySecond or Never", ["Always", "everysecond", "Never"], ["1", "Sometimes", ""]),
        new("Health", "MaxLag", "a whole number from 0 on, or nothing", ["0", "9223372036854775807", ""], ["-1"]),
        new("Health", "MaxOldestPending", Duration + "1s on, or nothing", ["1s", "10675199d", ""], ["999ms"]),
        new("Health", "MaxSilence", Duration + "1s to 1d", ["1s", "1d"], ["999ms", "25h"]),
        new("Health", "EngineTimeout", Duration + "10ms to 1h", ["10ms", "1h"], ["9ms", "61m"]),
    ];

    public static TheoryData<string, string, string> Allowed => Rows(expectation => expectation.Good);

    public static TheoryData<string, string, string> Refused => Rows(expectation => expectation.Bad);

    [Fact]
    public void Every_setting_has_its_expectation() =>
        Assert.Equal(
            ConsumerSettings.Table.Select(setting => setting.Name).Concat(ProducerSettings.Table.Select(setting => setting.Name)).Concat(InProcessSettings.Table.Select(setting => setting.Name)).Concat(HealthSettings.Table.Select(setting => setting.Name)),
            Expectations.Select(expectation => expectation.Setting));

    [Fact]
    public void Every_option_has_its_setting() =>
        Assert.Equal(
            [
                .. typeof(StreamConsumerOptions).GetProperties().Select(property => property.Name),
                .. typeof(StreamProducerOptions).GetProperties().Select(property => property.Name),
                .. typeof(Engine.InProcessEngineOptions).GetProperties().Select(property => property.Name).Where(name => name is not ("TimeProvider" or "JournalLog")),
                .. typeof(WorkerStreamsHealthOptions).GetProperties().Select(property => property.Name),
            ],
            Expectations.Select(expectation => expectation.Setting));

    [Theory]
    [MemberData(nameof(Allowed))]
    public async Task The_ends_of_the_range_are_allowed(string section, string setting, string text) =>
        Assert.Empty(await StartAsync(Find(section, setting), text));

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_beyond_is_refused(string section, string setting, string text)
    {
        var expectation = Find(section, setting);

        Assert.Equal([$"WorkerStreams:{section}:{setting} is '{text}'. Allowed: {expectation.Allowed}."], await StartAsync(expectation, text));
    }

    private static Task<IReadOnlyList<string>> StartAsync(Expectation expectation, string text) => ConfiguredHost.StartAsync(
        services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing").AddStreamProducer<Order>("orders"),
        [.. (expectation.With ?? []).Append((expectation.Setting, text)).Select(setting => ($"WorkerStreams:{expectation.Section}:{setting.Item1}", (string?)setting.Item2))]);

    private static Expectation Find(string section, string setting) => Expectations.Single(row => (row.Section, row.Setting) == (section, setting));

    private static TheoryData<string, string, string> Rows(Func<Expectation, string[]> texts)
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var expectation in Expectations)
        {
            foreach (var text in texts(expectation))
                rows.Add(expectation.Section, expectation.Setting, text);
        }
        return rows;
    }

    private sealed record Expectation(string Section, string Setting, string Allowed, string[] Good, string[] Bad, (string, string)[]? With = null);
}
