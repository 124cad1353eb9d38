using WorkerStreams.Benchmarks.Durable;
using WorkerStreams.Benchmarks.Remote;

namespace WorkerStreams.Benchmarks.Listening;

/// <summary>Connections that share work in bursts of a hundred commands.</summary>
internal static class Pipelines
{
    public const int Burst = 100;

    private const int Clients = 10;

    public static Task<RespSocket[]> ConnectAsync(int port) => Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RespSocket.ConnectAsync(port)));

    /// <summary>Has each client do its part.</summary>
    /// <param name="clients">The clients.</param>
    /// <param name="messages">A multiple of the burst.</param>
    /// <param name="work">Does one burst.</param>
    public static Task ShareAsync(RespSocket[] clients, int messages, Func<RespSocket, ValueTask> work)
    {
        var left = messages;
        return Task.WhenAll(clients.Select(WorkAsync));

        async Task WorkAsync(RespSocket client)
        {
            await Task.Yield();
            while (Interlocked.Add(ref left, -Burst) >= 0)
                await work(client);
        }
    }

    /// <summary>Appends entries of 200 bytes.</summary>
    public static Task RunAsync(RespSocket[] clients, string stream, int messages)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(stream);
        return ShareAsync(clients, messages, AppendAsync);

        async ValueTask AppendAsync(RespSocket client)
        {
            for (var i = 0; i < Burst; i++)
            {
                client.Begin(5);
                client.Word("XADD"u8);
                client.Word(name);
                client.Word("*"u8);
                client.Word("data"u8);
                client.Word(Payload200.Bytes);
            }
            await client.SendAsync();
            for (var i = 0; i < Burst; i++)
                await client.ReadBulkAsync();
        }
    }
}
