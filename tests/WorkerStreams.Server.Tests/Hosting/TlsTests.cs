using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Hosting;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("worker-streams-").FullName;
    private readonly X509Certificate2 _certificate = Make();

    [Fact]
    public async Task With_a_certificate_clients_are_served_over_TLS_and_not_otherwise()
    {
        await using var host = await ListenerHost.StartAsync(options => options.Certificate = _certificate);

        Assert.Equal("+PONG\r\n", await AskAsync(host.Port, "PING\r\n"));

        using var plain = await host.ConnectAsync();
        await plain.SendAsync("PING\r\n");
        Assert.DoesNotContain("PONG", await plain.ReadToEndAsync());
    }

    [Fact]
    public async Task Who_quits_is_told_that_nothing_was_cut_off()
    {
        await using var host = await ListenerHost.StartAsync(options => options.Certificate = _certificate);
        using var client = await ConnectAsync(host.Port);

        await client.SendAsync("PING\r\nQUIT\r\n");

        Assert.Equal("+PONG\r\n+OK\r\n", await client.ReadToEndAsync());
        Assert.True(client.WasTold);
    }

    [Fact]
    public async Task Who_has_not_begun_with_TLS_counts_and_one_too_many_is_sent_away()
    {
        await using var host = await ListenerHost.StartAsync(
            options => (options.Certificate, options.MaxClients) = (_certificate, 2), new Microsoft.Extensions.Time.Testing.FakeTimeProvider());
        using var client = await ConnectAsync(host.Port);
        var silent = await host.ConnectAsync();
        await UntilAsync(client, "connected_clients:2\r\n");

        using (var third = await host.ConnectAsync())
            Assert.Equal("", await third.ReadToEndAsync());
        silent.Dispose();
        await UntilAsync(client, "connected_clients:1\r\n");

        using var other = await ConnectAsync(host.Port);
        await other.SendAsync("PING\r\n");
        Assert.Equal("+PONG\r\n", await other.ReadAsync(7));
    }

    [Fact]
    public async Task What_is_sent_while_a_read_waits_is_answered_after_it()
    {
        await using var host = await ListenerHost.StartAsync(options => options.Certificate = _certificate);
        using var client = await ConnectAsync(host.Port);
        using var other = await ConnectAsync(host.Port);
        await client.SendAsync("BLPOP l 0\r\n");
        await UntilBlockedAsync(other);
        await client.SendAsync("PING\r\nECHO x\r\nQUIT\r\n");

        await other.SendAsync("RPUSH l a\r\nQUIT\r\n");

        Assert.Equal(":1\r\n+OK\r\n", await other.ReadToEndAsync());
        Assert.Equal("*2\r\n$1\r\nl\r\n$1\r\na\r\n+PONG\r\n$1\r\nx\r\n+OK\r\n", await client.ReadToEndAsync());
        Assert.True(client.WasTold);
    }

    [Fact]
    public async Task A_host_that_stops_tells_its_clients_so()
    {
        await using var host = await ListenerHost.StartAsync(options => options.Certificate = _certificate);
        using var idle = await ConnectAsync(host.Port);
        using var waiting = await ConnectAsync(host.Port);
        await waiting.SendAsync("BLPOP l 0\r\n");
        await UntilBlockedAsync(idle);

        var stopping = host.StopAsync();

        Assert.Equal(("", ""), (await idle.ReadToEndAsync(), await waiting.ReadToEndAsync()));
        Assert.True(idle.WasTold);
        Assert.True(waiting.WasTold);
        await stopping.WaitAsync(ListenerHost.Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_certificate_may_be_in_files(bool oneFile)
    {
        var (certificate, key) = (Path.Combine(_folder, "certificate.pem"), Path.Combine(_folder, "key.pem"));
        var (certificateText, keyText) = (_certificate.ExportCertificatePem(), _certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(certificate, oneFile ? certificateText + "\n" + keyText : certificateText);
        await File.WriteAllTextAsync(key, keyText);
        await using var host = await ListenerHost.StartAsync(options => (options.CertificateFile, options.KeyFile) = (certificate, oneFile ? null : key));

        Assert.Equal("+PONG\r\n", await AskAsync(host.Port, "PING\r\n"));
    }

    [Fact]
    public async Task Files_that_are_no_good_stop_the_start()
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => ListenerHost.StartAsync(options => options.CertificateFile = Path.Combine(_folder, "missing.pem")));

        Assert.StartsWith($"RespListenerOptions.CertificateFile names '{Path.Combine(_folder, "missing.pem")}', which cannot be used: ", refusal.Message);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<string> AskAsync(int port, string command)
    {
        using var client = await ConnectAsync(port);
        await client.SendAsync(command);
        return await client.ReadAsync(7);
    }

    private Task<TlsClient> ConnectAsync(int port) => TlsClient.ConnectAsync(port, _certificate);

    private static Task UntilBlockedAsync(TlsClient client) => UntilAsync(client, "blocked_clients:1\r\n");

    private static Task UntilAsync(TlsClient client, string told) => ListenerHost.UntilAsync(async () =>
    {
        await client.SendAsync("INFO clients\r\n");
        return (await client.ReadBulkAsync()).Contains(told, StringComparison.Ordinal);
    });

    private static X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
