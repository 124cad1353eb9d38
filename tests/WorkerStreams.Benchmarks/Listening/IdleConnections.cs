using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Remote;

namespace WorkerStreams.Benchmarks.Listening;

/// <summary>What clients that have said something and say no more cost the listener.</summary>
internal static class IdleConnections
{
    private const int Connections = 5_000, Warm = 200;

    // For what comes late, as what the garbage collector does.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static async Task MeasureAsync(ListenerProcess listener, Report report)
    {
        List<RespSocket> clients = [];
        try
        {
            await ConnectAsync(listener.Port, Warm, clients);
            await Task.Delay(Pause, TimeProvider.System);
            var before = listener.Memory;
            await ConnectAsync(listener.Port, Connections, clients);
            await Task.Delay(Pause, TimeProvider.System);
            report.Figure("server/idle/connections", Connections, "connections", null, null);
            report.Figure("server/idle/memory", (listener.Memory - before) / 1e6, "MB", null, Bar.AtMost(100));
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }

    private static async Task ConnectAsync(int port, int count, List<RespSocket> clients)
    {
        for (var i = 0; i < count; i++)
        {
            var client = await RespSocket.ConnectAsync(port);
            clients.Add(client);
            await client.CallAsync("DEL", "nothing");
        }
    }
}
