using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.GetCertHashString() == _certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(Encoding.ASCII.GetBytes(command));
        var reply = new byte[7];
        await tls.ReadExactlyAsync(reply);
        return Encoding.ASCII.GetString(reply);
    }

    private static X509Certificate2 Make()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
