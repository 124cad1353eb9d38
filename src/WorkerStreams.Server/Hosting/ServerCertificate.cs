using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkerStreams.Server.Hosting;

/// <summary>What clients are shown over TLS.</summary>
internal static class ServerCertificate
{
    /// <summary>That of the options, or of their files; null where there is none.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="errors">Why the files are no good.</param>
    public static X509Certificate2? Load(RespListenerOptions options, List<string> errors)
    {
        if (options.CertificateFile is not { } file)
            return options.Certificate;
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(file, options.KeyFile);
            // On Windows TLS does not take a key that is in memory alone.
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception bad) when (bad is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            var named = options.KeyFile is { } key ? $"{file}' and '{key}" : file;
            errors.Add($"{nameof(RespListenerOptions)}.{nameof(options.CertificateFile)} names '{named}', which cannot be used: {bad.Message} Allowed: a certificate and its private key in PEM.");
            return null;
        }
    }
}
