using Microsoft.Extensions.DependencyInjection;
using WorkerStreams.Configuration;

namespace WorkerStreams.Tests.Configuration;

/// <summary>How durations and sizes are written in configuration.</summary>
public sealed class SettingTextTests
{
    [Theory]
    [InlineData("00:00:30", 30_000)]
    [InlineData("0:1:2.345", 62_345)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData(" 100 ms ", 100)]
    [InlineData("45S", 45_000)]
    public void Durations_are_read(string text, long milliseconds)
    {
        using var host = WithMinIdleTime(text);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Assert.Single(host.Services.GetRequiredService<Plans>().Consumers).MinIdleTime);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("5:00")]
    [InlineData("00:99:00")]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1.5h")]
    [InlineData("1e3ms")]
    [InlineData("1,000ms")]
    [InlineData("30sec")]
    [InlineData("1w")]
    [InlineData("-30s")]
    [InlineData("9223372036854775807d")]
    [InlineData("99999999999999999999s")]
    public void What_is_no_duration_is_refused(string text)
    {
        using var host = WithMinIdleTime(text);

        var exception = Assert.Throws<WorkerStreamsConfigurationException>(host.Services.GetRequiredService<Plans>);
        Assert.Equal([$"WorkerStreams:Consumers:OrderHandler:MinIdleTime is '{text}'. Allowed: a duration such as 30s or 00:00:30, from 100ms to 1d."], exception.Errors);
    }

    [Theory]
    [InlineData("1048576", 1 << 20)]
    [InlineData("1024KiB", 1 << 20)]
    [InlineData("16MiB", 16 << 20)]
    [InlineData("1 GiB", 1 << 30)]
    [InlineData("1gib", 1 << 30)]
    public void Sizes_are_read(string text, long bytes)
    {
        using var host = WithPrefetchBytes(text);

        Assert.Equal(bytes, Assert.Single(host.Services.GetRequiredService<Plans>().Consumers).PrefetchBytes);
    }

    [Theory]
    [InlineData("16MB")]
    [InlineData("16M")]
    [InlineData("1.5GiB")]
    [InlineData("GiB")]
    [InlineData("")]
    [InlineData("9999999999999GiB")]
    public void What_is_no_size_is_refused(string text)
    {
        using var host = WithPrefetchBytes(text);

        var exception = Assert.Throws<WorkerStreamsConfigurationException>(host.Services.GetRequiredService<Plans>);
        Assert.Equal([$"WorkerStreams:Consumers:OrderHandler:PrefetchBytes is '{text}'. Allowed: a size in bytes such as 16MiB, from 1KiB to 1GiB."], exception.Errors);
    }

    private static Microsoft.Extensions.Hosting.IHost WithMinIdleTime(string text) => With("MinIdleTime", text);

    private static Microsoft.Extensions.Hosting.IHost WithPrefetchBytes(string text) => With("PrefetchBytes", text);

    private static Microsoft.Extensions.Hosting.IHost With(string setting, string text) => ConfiguredHost.Build(
        services => services.AddStreamConsumer<Order, OrderHandler>("orders", "billing"), ($"WorkerStreams:Consumers:OrderHandler:{setting}", text));
}
