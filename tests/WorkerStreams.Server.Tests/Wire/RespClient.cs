using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>A client that knows no more of the protocol than where a reply ends. Bytes are characters of Latin-1 here.</summary>
internal sealed class RespClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    private RespClient(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    public static async Task<RespClient> ConnectAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        return new(client);
    }

    /// <summary>Sends words as an array of bulk strings.</summary>
    public static string Encode(params IEnumerable<string> words)
    {
        var list = words.ToList();
        return $"*{list.Count}\r\n" + string.Concat(list.Select(static word => $"${word.Length}\r\n{word}\r\n"));
    }

    public async Task SendAsync(string bytes) => await _stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));

    /// <summary>Sends bytes and reads one reply.</summary>
    public async Task<string> AskAsync(string bytes)
    {
        await SendAsync(bytes);
        return await ReadReplyAsync();
    }

    /// <summary>Sends words and reads the reply.</summary>
    public Task<string> CallAsync(params string[] words) => AskAsync(Encode(words));

    /// <summary>One reply, as the bytes that it is.</summary>
    public async Task<string> ReadReplyAsync()
    {
        var text = new StringBuilder();
        for (var left = 1; left > 0; left--)
        {
            var line = await ReadLineAsync();
            text.Append(line);
            var length = line[0] is '$' or '=' or '*' or '%' or '~' or '>' ? int.Parse(line.AsSpan(1).TrimEnd(), CultureInfo.InvariantCulture) : 0;
            if (line[0] is '$' or '=' && length >= 0)
                text.Append(await ReadAsync(length + 2));
            else if (length > 0)
                left += line[0] == '%' ? 2 * length : length;
        }
        return text.ToString();
    }

    /// <summary>So many bytes.</summary>
    public Task<string> ReadBytesAsync(int count) => ReadAsync(count);

    /// <summary>Whether the connection was ended before all was read that had been sent.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>All that comes until the other side ends the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        try
        {
            while (_end > _start || await FillAsync())
            {
                text.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
                _start = _end;
            }
        }
        catch (IOException)
        {
            IsCutOff = true;
        }
        return text.ToString();
    }

    /// <summary>Ends what this side sends.</summary>
    public void EndSending() => _client.Client.Shutdown(SocketShutdown.Send);

    public void Dispose() => _client.Dispose();

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            line.Append(await ReadAsync(1));
            if (line.Length >= 2 && line[^1] == '\n' && line[^2] == '\r')
                return line.ToString();
        }
    }

    private async Task<string> ReadAsync(int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
        {
            if (_start == _end && !await FillAsync())
                throw new EndOfStreamException($"The connection ended after '{text}'.");
            var taken = Math.Min(length - text.Length, _end - _start);
            text.Append(Encoding.Latin1.GetString(_buffer, _start, taken));
            _start += taken;
        }
        return text.ToString();
    }

    private async Task<bool> FillAsync()
    {
        // What does not come fails the test that waits for it.
        (_start, _end) = (0, await _stream.ReadAsync(_buffer).AsTask().WaitAsync(Patience, TimeProvider.System));
        return _end > 0;
    }
}
