using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>A client over TLS 1.2, which shows what kind each record is of.</summary>
internal sealed class TlsClient : IDisposable
{
    private const int Header = 5, Alert = 21;

    private readonly RecordingStream _records;
    private readonly SslStream _tls;

    private TlsClient(RecordingStream records, SslStream tls) => (_records, _tls) = (records, tls);

    /// <summary>Whether the last that came is an alert: that nothing more comes.</summary>
    public bool WasTold
    {
        get
        {
            var (received, last) = (_records.Received, 0);
            for (var i = 0; i + Header <= received.Count; i += Header + (received[i + 3] << 8) + received[i + 4])
                last = received[i];
            return last == Alert;
        }
    }

    public static async Task<TlsClient> ConnectAsync(int port, X509Certificate2 certificate)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var records = new RecordingStream(client.GetStream());
        var tls = new SslStream(records, leaveInnerStreamOpen: false, (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls12 });
        return new(records, tls);
    }

    public async Task SendAsync(string bytes) => await _tls.WriteAsync(Encoding.ASCII.GetBytes(bytes));

    public async Task<string> ReadAsync(int count)
    {
        var bytes = new byte[count];
        await _tls.ReadExactlyAsync(bytes, ListenerHost.Patience);
        return Encoding.ASCII.GetString(bytes);
    }

    public async Task<string> ReadBulkAsync()
    {
        var line = new StringBuilder();
        while (line.Length == 0 || line[^1] != '\n')
            line.Append(await ReadAsync(1));
        return await ReadAsync(int.Parse(line.ToString().AsSpan(1).TrimEnd(), CultureInfo.InvariantCulture) + 2);
    }

    /// <summary>All that comes until the other side ends the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(_tls, Encoding.ASCII, leaveOpen: true);
        return await reader.ReadToEndAsync(ListenerHost.Patience);
    }

    public void Dispose() => _tls.Dispose();
}
