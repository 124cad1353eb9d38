using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WorkerStreams.Benchmarks.Remote;

/// <summary>A bare connection that speaks RESP2: commands are gathered and sent together, replies are read part by part.</summary>
internal sealed class RespSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ArrayBufferWriter<byte> _commands = new(64 * 1024);
    private byte[] _replies = new byte[64 * 1024];
    private int _read, _received;

    public static async Task<RespSocket> ConnectAsync(int port)
    {
        var connection = new RespSocket();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    /// <summary>The head of a command of so many words, its name among them.</summary>
    public void Begin(int words) => WriteNumber((byte)'*', words);

    public void Word(ReadOnlySpan<byte> word)
    {
        WriteNumber((byte)'$', word.Length);
        _commands.Write(word);
        _commands.Write("\r\n"u8);
    }

    public void Words(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
            Word(Encoding.UTF8.GetBytes(word));
    }

    public async ValueTask SendAsync()
    {
        for (var left = _commands.WrittenMemory; !left.IsEmpty;)
            left = left[await _socket.SendAsync(left)..];
        _commands.ResetWrittenCount();
    }

    /// <summary>The number of an integer, or how long an array or a bulk string is: -1 for none; 0 where it is a word.</summary>
    public async ValueTask<int> ReadNumberAsync()
    {
        int end;
        while ((end = _replies.AsSpan(_read, _received - _read).IndexOf((byte)'\n')) < 0)
            await ReceiveAsync();
        var line = _replies.AsSpan(_read, end - 1);
        _read += end + 1;
        if (line[0] == (byte)'+')
            return 0;
        if (line[0] == (byte)'-' || !Utf8Parser.TryParse(line[1..], out int number, out _))
            throw new InvalidOperationException(Encoding.UTF8.GetString(line));
        return number;
    }

    /// <summary>Sends a command and reads the number that answers it.</summary>
    public async ValueTask<int> CallAsync(params string[] words)
    {
        Begin(words.Length);
        Words(words);
        await SendAsync();
        return await ReadNumberAsync();
    }

    /// <summary>A bulk string, to be used before anything else is read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBulkAsync()
    {
        var length = await ReadNumberAsync();
        while (_received - _read < length + 2)
            await ReceiveAsync();
        var bulk = _replies.AsMemory(_read, length);
        _read += length + 2;
        return bulk;
    }

    /// <summary>The number of entries that XREADGROUP has brought of one stream.</summary>
    public async ValueTask<int> ReadCountAsync()
    {
        if (await ReadNumberAsync() < 0)
            return 0;
        // The stream and its name.
        await ReadNumberAsync();
        await ReadBulkAsync();
        return await ReadNumberAsync();
    }

    /// <summary>An entry of one field.</summary>
    /// <returns>Its id.</returns>
    public async ValueTask<byte[]> ReadEntryAsync(Payload payload)
    {
        await ReadNumberAsync();
        var id = (await ReadBulkAsync()).ToArray();
        await ReadNumberAsync();
        await ReadBulkAsync();
        payload.Handle((await ReadBulkAsync()).Span);
        return id;
    }

    /// <summary>Whether something of a reply is there to be read.</summary>
    public bool HasReceived => _received > _read || _socket.Available > 0;

    public void Dispose() => _socket.Dispose();

    private async ValueTask ReceiveAsync()
    {
        if (_read > 0)
        {
            _replies.AsSpan(_read, _received - _read).CopyTo(_replies);
            (_read, _received) = (0, _received - _read);
        }
        if (_received == _replies.Length)
            Array.Resize(ref _replies, 2 * _replies.Length);
        var count = await _socket.ReceiveAsync(_replies.AsMemory(_received));
        _received += count > 0 ? count : throw new InvalidOperationException("The server has closed the connection.");
    }

    private void WriteNumber(byte kind, int number)
    {
        var span = _commands.GetSpan(16);
        span[0] = kind;
        Utf8Formatter.TryFormat(number, span[1..], out var length);
        "\r\n"u8.CopyTo(span[(1 + length)..]);
        _commands.Advance(length + 3);
    }
}
