using System.Security.Cryptography;
using System.Text;

namespace WorkerStreams.Server.Sessions;

/// <summary>Compares what a client tells with the password, in a time that tells neither how much of it is right nor how long it is.</summary>
internal sealed class PasswordCheck(string? password)
{
    private readonly byte[]? _digest = password is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(password));

    /// <summary>Whether clients must tell one.</summary>
    public bool IsSet => _digest is not null;

    /// <summary>Whether it is right; where none is set, any is.</summary>
    public bool Allows(ReadOnlySpan<byte> told)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(told, digest);
        return _digest is null || CryptographicOperations.FixedTimeEquals(digest, _digest);
    }
}
