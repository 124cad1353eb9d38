using System.Text;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Fuzzing;

/// <summary>Whatever bytes a client sends, the listener answers or ends that connection, and goes on with the others in bounded memory.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class FuzzTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_stream_of_bytes_stops_or_fills_it(int seed)
    {
        const int Streams = 400;
        await using var host = await ListenerHost.StartAsync(static options => options.MaxRequestBytes = 1 << 20);
        using var admin = await host.ConnectAsync();
        await admin.CallAsync("PING");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var number = 0; number < Streams; number++)
        {
            var stream = new HostileStream(new((1_000_000 * seed) + number)).Make();
            using (var client = await host.ConnectAsync())
                await GiveAsync(client, stream, new(number));
            Assert.Equal("+PONG\r\n", await admin.CallAsync("PING").WaitAsync(Patience, TimeProvider.System));
        }
        await admin.CallAsync("FLUSHALL");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 128 << 20);
    }

    // In pieces; what is answered is read to the end, which must come.
    private static async Task GiveAsync(RespClient client, byte[] stream, Random random)
    {
        var (answers, isHeard) = (client.ReadToEndAsync(), false);
        try
        {
            for (var sent = 0; sent < stream.Length;)
            {
                var piece = Math.Min(random.Next(1, 5000), stream.Length - sent);
                await client.SendAsync(Encoding.Latin1.GetString(stream, sent, piece));
                sent += piece;
            }
            client.EndSending();
            isHeard = true;
        }
        catch (Exception ended) when (ended is IOException or System.Net.Sockets.SocketException)
        {
            // The listener has heard enough; that it has reset the connection is told to who sends or to who reads, not to both.
        }
        var answer = await answers.WaitAsync(Patience, TimeProvider.System);
        Replies.Count(Encoding.Latin1.GetBytes(answer), mayEndWithin: client.IsCutOff || !isHeard);
    }
}
