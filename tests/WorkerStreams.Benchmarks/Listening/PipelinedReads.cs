using System.Diagnostics;
using System.Globalization;
using WorkerStreams.Benchmarks.Durable;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Benchmarks.Remote;

namespace WorkerStreams.Benchmarks.Listening;

/// <summary>Consumers of one group that each send the XACK of a hundred entries and the XREADGROUP of the next hundred at once.</summary>
internal sealed class PipelinedReads : IContestant, IDisposable
{
    private const string Stream = "reads", Group = "group";

    private readonly RespSocket[] _clients;
    private readonly Payload _payload = new WholePayload();

    private PipelinedReads(RespSocket[] clients) => _clients = clients;

    public static async Task<PipelinedReads> StartAsync(int port) => new(await Pipelines.ConnectAsync(port));

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        watch.Stop();
        await _clients[0].CallAsync("DEL", Stream);
        await Pipelines.RunAsync(_clients, Stream, messages);
        await _clients[0].CallAsync("XGROUP", "CREATE", Stream, Group, "0");
        watch.Start();
        var (left, handled) = (messages, 0);
        await Task.WhenAll(_clients.Select(ConsumeAsync));
        watch.Stop();
        if (handled != messages || left > 0)
            throw new InvalidOperationException("Not every entry was delivered and acknowledged once.");

        async Task ConsumeAsync(RespSocket client, int number)
        {
            await Task.Yield();
            var (ids, consumer) = (new List<byte[]>(), number.ToString(CultureInfo.InvariantCulture));
            do
            {
                var acknowledged = ids.Count;
                await ExchangeAsync(client, consumer, ids);
                Interlocked.Add(ref left, -acknowledged);
                Interlocked.Add(ref handled, ids.Count);
            }
            while (ids.Count > 0);
        }
    }

    public void Dispose() => Array.ForEach(_clients, static client => client.Dispose());

    // Acknowledges what was read, and reads more.
    private async ValueTask ExchangeAsync(RespSocket client, string consumer, List<byte[]> ids)
    {
        var acknowledged = ids.Count;
        if (acknowledged > 0)
        {
            client.Begin(3 + acknowledged);
            client.Words("XACK", Stream, Group);
            ids.ForEach(id => client.Word(id));
        }
        client.Begin(9);
        client.Words("XREADGROUP", "GROUP", Group, consumer, "COUNT", "100", "STREAMS", Stream, ">");
        await client.SendAsync();
        if (acknowledged > 0 && await client.ReadNumberAsync() != acknowledged)
            throw new InvalidOperationException("An entry was not pending.");
        ids.Clear();
        var count = await client.ReadCountAsync();
        for (var i = 0; i < count; i++)
            ids.Add(await client.ReadEntryAsync(_payload));
    }

    private sealed class WholePayload : Payload
    {
        public override ReadOnlyMemory<byte> Make(int number) => Payload200.Bytes;

        public override void Handle(ReadOnlySpan<byte> payload)
        {
            if (payload.Length != Payload200.Length)
                throw new InvalidOperationException("A payload was cut.");
        }
    }
}
