using System.Net;

namespace WorkerStreams.Server;

/// <summary>The settings of the RESP listener. They are checked when the host starts, all at once, and mean nothing after that.</summary>
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

    /// <summary>The most clients at once; who comes after them is told so and sent away. 1 to 100,000. Default: 10,000, as Redis.</summary>
    public int MaxClients { get; set; } = 10_000;

    /// <summary>
    /// The most bytes of one command; the connection of a client that sends more ends with a protocol error. 1 KiB to 1 GiB. Default: 64 MiB.
    /// </summary>
    public int MaxRequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The most memory, in bytes, that values may take that are no streams: strings, lists, sets and hashes. Commands that bring some are refused beyond it. 1 KiB to 1 GiB. Default: 64 MiB.
    /// </summary>
    public int MaxValueBytes { get; set; } = 64 * 1024 * 1024;

    /// <exception cref="ArgumentException">A setting is not allowed; the message names each such setting, its value and what is allowed.</exception>
    internal void Validate()
    {
        List<string> errors = [];
        Check(Port is >= 0 and <= 65535, nameof(Port), Port, "0 to 65535; 0 is any that is free");
        Check(MaxClients is >= 1 and <= 100_000, nameof(MaxClients), MaxClients, "1 to 100000");
        Check(MaxRequestBytes is >= 1024 and <= 1 << 30, nameof(MaxRequestBytes), MaxRequestBytes, "1024 (1 KiB) to 1073741824 bytes (1 GiB)");
        Check(MaxValueBytes is >= 1024 and <= 1 << 30, nameof(MaxValueBytes), MaxValueBytes, "1024 (1 KiB) to 1073741824 bytes (1 GiB)");
        if (Address is null)
            errors.Add($"{Of(nameof(Address))} is null. Allowed: an address of this machine.");
        else if (Password is null && !IPAddress.IsLoopback(Address))
            errors.Add($"{Of(nameof(Address))} is {Address}, which others can reach, and there is no {nameof(Password)}. Allowed: a loopback address such as 127.0.0.1, or any with a {nameof(Password)}.");
        if (Password is "")
            errors.Add($"{Of(nameof(Password))} is empty. Allowed: any text but that, or null, which asks for none.");
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors));

        void Check(bool valid, string setting, int value, string allowed)
        {
            if (!valid)
                errors.Add($"{Of(setting)} is {value}. Allowed: {allowed}.");
        }

        static string Of(string setting) => $"{nameof(RespListenerOptions)}.{setting}";
    }
}
