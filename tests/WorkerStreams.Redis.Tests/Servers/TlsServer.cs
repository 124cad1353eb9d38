using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>A server that speaks TLS on a second port, by a certificate that no machine trusts, and wants the same one of its clients.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("worker-streams-tls-");
    private readonly X509Certificate2 _certificate = CreateCertificate();
    private ServerProcess? _process;

    private TlsServer()
    {
    }

    public int TlsPort { get; } = ServerProcess.FreePort();

    /// <summary>The client's settings: callbacks give its certificate and trust the server's.</summary>
    public ConfigurationOptions Configuration
    {
        get
        {
            var configuration = ServerProcess.Client(TlsPort);
            configuration.Ssl = true;
            configuration.CertificateSelection += (_, _, _, _, _) => _certificate;
            configuration.CertificateValidation += (_, shown, _, _) => shown is not null && shown.GetCertHashString() == _certificate.GetCertHashString();
            return configuration;
        }
    }

    /// <summary>Starts one; skips the test where there is no server, or one that was built without TLS.</summary>
    public static async Task<TlsServer> StartAsync()
    {
        var server = new TlsServer();
        var (certificate, key) = (Path.Combine(server._folder.FullName, "certificate"), Path.Combine(server._folder.FullName, "key"));
        File.WriteAllText(certificate, server._certificate.ExportCertificatePem());
        File.WriteAllText(key, server._certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        try
        {
            server._process = await ServerProcess.StartAsync(
                $"tls-port {server.TlsPort}", $"tls-cert-file {certificate}", $"tls-key-file {key}", $"tls-ca-cert-file {certificate}", "tls-auth-clients yes");
        }
        catch (TimeoutException none) when (none.Message.Contains("Bad directive", StringComparison.Ordinal))
        {
            Assert.Skip("The server was built without TLS.");
        }
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
