using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerStreams.Engine;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

public sealed class OptionsTests
{
    [Fact]
    public async Task Every_wrong_setting_is_named_with_its_value_and_what_is_allowed()
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => ListenerHost.StartAsync(static options =>
        {
            options.Port = 70_000;
            options.MaxClients = 0;
            options.MaxRequestBytes = 10;
            options.MaxValueBytes = 10;
            options.MaxReplyBytes = 10;
            options.IdleTimeout = TimeSpan.FromMilliseconds(10);
            options.ReadOnlyPassword = "";
            options.KeyFile = "key.pem";
            options.Password = "";
        }));

        Assert.Equal(
            [
                "RespListenerOptions.Port is 70000. Allowed: 0 to 65535; 0 is any that is free.",
                "RespListenerOptions.MaxClients is 0. Allowed: 1 to 100000.",
                "RespListenerOptions.MaxRequestBytes is 10. Allowed: 1024 (1 KiB) to 1073741824 bytes (1 GiB).",
                "RespListenerOptions.MaxValueBytes is 10. Allowed: 1024 (1 KiB) to 1073741824 bytes (1 GiB).",
                "RespListenerOptions.MaxReplyBytes is 10. Allowed: 65536 (64 KiB) to 1073741824 bytes (1 GiB).",
                "RespListenerOptions.IdleTimeout is 00:00:00.0100000. Allowed: 00:00:01 to 30.00:00:00, or null.",
                "RespListenerOptions.Password is empty. Allowed: any text but that, or null, which asks for none.",
                "RespListenerOptions.ReadOnlyPassword is empty, or there is no Password, or it is the same. Allowed: another text than the Password, or null.",
                "RespListenerOptions.KeyFile is set. Allowed: a CertificateFile with or without a KeyFile, or a Certificate, or none of them.",
            ],
            refusal.Message.Split(Environment.NewLine));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.168.1.1")]
    public async Task Others_are_not_let_in_without_a_password(string address)
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => ListenerHost.StartAsync(options => options.Address = IPAddress.Parse(address)));

        Assert.Equal(
            $"RespListenerOptions.Address is {address}, which others can reach, and there is no Password. Allowed: a loopback address such as 127.0.0.1, or any with a Password.",
            refusal.Message);
    }

    [Fact]
    public async Task With_a_password_it_listens_anywhere()
    {
        await using var host = await ListenerHost.StartAsync(static options => (options.Address, options.Password) = (IPAddress.Any, "secret"));
        using var client = await host.ConnectAsync();

        Assert.Equal("+OK\r\n", await client.CallAsync("AUTH", "secret"));
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start()
    {
        await using var host = await ListenerHost.StartAsync();

        var failure = await Assert.ThrowsAnyAsync<IOException>(() => ListenerHost.StartAsync(options => options.Port = host.Port));
        Assert.Contains($"{host.Port}", failure.Message);
    }

    [Fact]
    public async Task It_listens_for_the_engine_that_the_workers_use()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddRespListener(static options => options.Port = 0);
        builder.Services.AddWorkerStreams();
        using var host = builder.Build();
        await host.StartAsync();
        using var client = await RespClient.ConnectAsync(host.Services.GetRequiredService<RespListener>().EndPoint!.Port);

        await client.CallAsync("XADD", "orders", "1-0", "number", "A-1");

        Assert.Equal(1, await host.Services.GetRequiredService<IStreamEngine>().GetLengthAsync("orders"));
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_an_engine_it_says_what_is_missing()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddRespListener(static options => options.Port = 0);
        using var host = builder.Build();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Equal("AddRespListener has no engine to listen for. Allowed: AddWorkerStreams(), or an InProcessStreamEngine among the services as IStreamEngine.", refusal.Message);
    }
}
