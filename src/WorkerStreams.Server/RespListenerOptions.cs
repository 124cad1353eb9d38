using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace WorkerStreams.Server;

/// <summary>The settings of the RESP listener. They may stand in the section <c>RespListener</c> of the configuration, too, which wins. They are checked when the host starts, all at once, and mean nothing after that.</summary>
public sealed class RespListenerOptions
{
    /// <summary>
    /// The address to listen on. Any but a loopback address, also <see cref="IPAddress.Any"/>, needs a <see cref="Password"/>. Default: <see cref="IPAddress.Loopback"/>.
    /// </summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The port, 0 to 65535; 0 is any that is free, told by <see cref="RespListener.EndPoint"/>. Default: 6379, as Redis.</summary>
    public int Port { get; set; } = 6379;

    /// <summary>What clients must tell with AUTH or HELLO before anything else. Null asks for none. Default: null.</summary>
    public string? Password { get; set; }

    /// <summary>The most clients at once; who comes after them is sent away, and, but over TLS, told so. Who connects over TLS counts from the beginning. 1 to 100,000. Default: 10,000, as Redis.</summary>
    public int MaxClients { get; set; } = 10_000;

    /// <summary>
    /// The most bytes of one command; the connection of a client that sends more ends with a protocol error. 1 KiB to 1 GiB. Default: 64 MiB.
    /// </summary>
    public int MaxRequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The most memory, in bytes, that values may take that are no streams: strings, lists, sets and hashes, and their names. Commands that bring some are refused beyond it. 1 KiB to 1 GiB. Default: 64 MiB.
    /// </summary>
    public int MaxValueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The most bytes of a reply that has to be there as a whole, as that of EXEC; the connection of a client that asks for more ends. 64 KiB to 1 GiB. Default: 256 MiB.
    /// </summary>
    public int MaxReplyBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>How long a client may say nothing before its connection ends, unless what it has asked for is still being done, or take nothing of its replies. 1 second to 30 days; null is no limit. Default: null, as Redis's <c>timeout</c>.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>
    /// What clients tell with AUTH or HELLO, as user <c>readonly</c>, who may look and may change nothing. Needs a <see cref="Password"/>, and is another one. Null lets no such user in. Default: null.
    /// </summary>
    public string? ReadOnlyPassword { get; set; }

    /// <summary>The certificate, with its private key, by which clients are served over TLS and not otherwise. Null is no TLS, unless there is a <see cref="CertificateFile"/>. Default: null.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>A file with the certificate in PEM, as Redis's <c>tls-cert-file</c>, in place of <see cref="Certificate"/>. Default: null.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>A file with the certificate's private key in PEM, as Redis's <c>tls-key-file</c>; null where <see cref="CertificateFile"/> holds both. Default: null.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Tells each setting that is not allowed, its value and what is allowed.</summary>
    internal void Validate(List<string> errors)
    {
        Check(Port is >= 0 and <= 65535, nameof(Port), Port, "0 to 65535; 0 is any that is free");
        Check(MaxClients is >= 1 and <= 100_000, nameof(MaxClients), MaxClients, "1 to 100000");
        Check(MaxRequestBytes is >= 1024 and <= 1 << 30, nameof(MaxRequestBytes), MaxRequestBytes, "1024 (1 KiB) to 1073741824 bytes (1 GiB)");
        Check(MaxValueBytes is >= 1024 and <= 1 << 30, nameof(MaxValueBytes), MaxValueBytes, "1024 (1 KiB) to 1073741824 bytes (1 GiB)");
        Check(MaxReplyBytes is >= 65536 and <= 1 << 30, nameof(MaxReplyBytes), MaxReplyBytes, "65536 (64 KiB) to 1073741824 bytes (1 GiB)");
        if (IdleTimeout is { } idle && (idle < TimeSpan.FromSeconds(1) || idle > TimeSpan.FromDays(30)))
            errors.Add($"{Of(nameof(IdleTimeout))} is {idle}. Allowed: 00:00:01 to 30.00:00:00, or null.");
        if (Address is null)
            errors.Add($"{Of(nameof(Address))} is null. Allowed: an address of this machine.");
        else if (Password is null && !IPAddress.IsLoopback(Address))
            errors.Add($"{Of(nameof(Address))} is {Address}, which others can reach, and there is no {nameof(Password)}. Allowed: a loopback address such as 127.0.0.1, or any with a {nameof(Password)}.");
        if (Password is "")
            errors.Add($"{Of(nameof(Password))} is empty. Allowed: any text but that, or null, which asks for none.");
        if (ReadOnlyPassword is "" || (ReadOnlyPassword is not null && (Password is null || ReadOnlyPassword == Password)))
            errors.Add($"{Of(nameof(ReadOnlyPassword))} is empty, or there is no {nameof(Password)}, or it is the same. Allowed: another text than the {nameof(Password)}, or null.");
        if (CertificateFile is null ? KeyFile is not null : Certificate is not null)
            errors.Add($"{Of(CertificateFile is null ? nameof(KeyFile) : nameof(CertificateFile))} is set. Allowed: a {nameof(CertificateFile)} with or without a {nameof(KeyFile)}, or a {nameof(Certificate)}, or none of them.");
        if (Certificate is { HasPrivateKey: false })
            errors.Add($"{Of(nameof(Certificate))} has no private key. Allowed: one with its private key, or null.");

        void Check(bool valid, string setting, int value, string allowed)
        {
            if (!valid)
                errors.Add($"{Of(setting)} is {value}. Allowed: {allowed}.");
        }

        static string Of(string setting) => $"{nameof(RespListenerOptions)}.{setting}";
    }
}
