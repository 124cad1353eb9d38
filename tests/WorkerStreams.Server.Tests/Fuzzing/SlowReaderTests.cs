using WorkerStreams.Engine;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Fuzzing;

/// <summary>Clients that ask for much and read nothing take no memory.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class SlowReaderTests
{
    [Fact]
    public async Task Replies_that_are_not_taken_fill_no_memory()
    {
        const int Clients = 10, Entries = 200, EntryBytes = 100_000;
        await using var host = await ListenerHost.StartAsync();
        for (var i = 0; i < Entries; i++)
            await host.Engine.AppendAsync("s", new(EntryFields.Of(("a", new string('x', EntryBytes)))));
        using var admin = await host.ConnectAsync();
        await admin.CallAsync("PING");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        List<RespClient> clients = [];
        for (var i = 0; i < Clients; i++)
        {
            clients.Add(await host.ConnectAsync());
            await clients[i].SendAsync(string.Concat(Enumerable.Repeat("XRANGE s - +\r\nXREAD STREAMS s 0\r\n", 20)));
        }

        // Until each of them is sent something that it does not take, and for some looks more.
        for (var (looks, patience) = (0, ListenerHost.Patience); looks < 5;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, patience);
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Clients * 4_000_000L);
            looks += (await admin.CallAsync("CLIENT", "LIST")).Split(" events=rw ").Length == Clients + 1 ? 1 : 0;
        }
        Assert.Equal("+PONG\r\n", await admin.CallAsync("PING"));
        clients.ForEach(static client => client.Dispose());
    }
}
