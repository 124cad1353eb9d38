using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WorkerStreams.Engine;

namespace WorkerStreams.Server.Tests.Hosting;

public sealed class ConfigurationTests
{
    [Fact]
    public void Configuration_wins_over_code_setting_by_setting()
    {
        using var host = Build(
            static options => (options.Port, options.MaxClients, options.Password, options.IdleTimeout) = (1234, 5, "code", TimeSpan.FromHours(1)),
            ("address", "::1"), ("Port", "4321"), ("MaxRequestBytes", "16MiB"), ("maxvaluebytes", "2048"), ("MaxReplyBytes", "64kib"), ("IdleTimeout", "90s"), ("ReadOnlyPassword", "look"));

        host.Services.GetRequiredService<RespListener>();

        var options = host.Services.GetRequiredService<IOptions<RespListenerOptions>>().Value;
        Assert.Equal(("::1", 4321, 5, "code", "look"), ($"{options.Address}", options.Port, options.MaxClients, options.Password, options.ReadOnlyPassword));
        Assert.Equal((16 << 20, 2048, 65536, TimeSpan.FromSeconds(90)), (options.MaxRequestBytes, options.MaxValueBytes, options.MaxReplyBytes, options.IdleTimeout));
    }

    [Theory]
    [InlineData("IdleTimeout", "", null)]
    [InlineData("IdleTimeout", "00:02:00", "00:02:00")]
    [InlineData("IdleTimeout", "1h", "01:00:00")]
    [InlineData("IdleTimeout", "1500ms", "00:00:01.5000000")]
    public void Durations_are_read(string name, string value, string? expected)
    {
        using var host = Build(static options => options.IdleTimeout = TimeSpan.FromDays(1), (name, value));

        host.Services.GetRequiredService<RespListener>();

        Assert.Equal(expected, host.Services.GetRequiredService<IOptions<RespListenerOptions>>().Value.IdleTimeout?.ToString());
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_and_no_secret_with_it()
    {
        using var host = Build(
            static options => options.MaxClients = 0,
            ("Adress", "x"), ("Address", "x"), ("Port", "70000"), ("MaxRequestBytes", "16MB"), ("MaxValueBytes", "5000000GiB"), ("IdleTimeout", "30"), ("Password", "secret"), ("ReadOnlyPassword", "secret"));

        var refusal = Assert.Throws<ArgumentException>(() => host.Services.GetRequiredService<RespListener>());

        Assert.Equal(
            [
                "RespListener:Address is 'x'. Allowed: an address of this machine such as 127.0.0.1.",
                "RespListener:Adress is no setting. Allowed: Address, Port, MaxClients, MaxRequestBytes, MaxValueBytes, MaxReplyBytes, IdleTimeout, Password, ReadOnlyPassword, CertificateFile, KeyFile.",
                "RespListener:IdleTimeout is '30'. Allowed: a duration such as 30s, 5m or 00:05:00, or nothing.",
                "RespListener:MaxRequestBytes is '16MB'. Allowed: a number of bytes such as 65536, or 64KiB, 16MiB, 1GiB.",
                "RespListenerOptions.Port is 70000. Allowed: 0 to 65535; 0 is any that is free.",
                "RespListenerOptions.MaxClients is 0. Allowed: 1 to 100000.",
                "RespListenerOptions.MaxValueBytes is 2147483647. Allowed: 1024 (1 KiB) to 1073741824 bytes (1 GiB).",
                "RespListenerOptions.ReadOnlyPassword is empty, or there is no Password, or it is the same. Allowed: another text than the Password, or null.",
            ],
            refusal.Message.Split(Environment.NewLine));
        Assert.DoesNotContain("secret", refusal.Message);
    }

    private static IHost Build(Action<RespListenerOptions> configure, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create($"RespListener:{setting.Name}", (string?)setting.Value)));
        builder.Services.AddSingleton<IStreamEngine>(new InProcessStreamEngine());
        builder.Services.AddRespListener(configure);
        return builder.Build();
    }
}
