using System.Net;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>A move whose answer is lost and which is asked for again is done once: so are dead letters redriven.</summary>
public sealed class MoveTests(RedisServer server)
{
    private const int Entries = 100, Chunk = 10;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5), Deadline = TimeSpan.FromMinutes(1);

    private readonly StreamName _stream = $"{Guid.NewGuid():N}";

    [Fact]
    public async Task Connections_are_cut_after_the_server_has_moved_and_before_the_answer_arrives()
    {
        server.Require();
        var dead = _stream.Companion("dead");
        using var direct = RedisStreamEngine.Connect(server.Configuration);
        var appended = new AppendResult[Entries];
        await direct.AppendAsync(dead, Enumerable.Range(0, Entries).Select(number => new AppendEntry(EntryFields.Of(("number", $"{number}")))).ToArray(), appended);
        await using var proxy = new FaultyProxy(server.Port);
        using var engine = RedisStreamEngine.Connect(
            new ConfigurationOptions { EndPoints = { { IPAddress.Loopback, proxy.Port } }, AllowAdmin = true, AsyncTimeout = 1000, SyncTimeout = 1000 });
        // So that the server knows the script.
        await engine.MoveAsync(new() { Source = dead, Destination = _stream, Entries = new[] { new MoveEntry(new(1, 1), EntryFields.Of(("f", "v"))) } }, new StreamEntryId?[1]);

        var unheard = 0;
        foreach (var ids in appended.Select(result => result.Id).Chunk(Chunk))
        {
            var request = new MoveRequest { Source = dead, Destination = _stream, Entries = Array.ConvertAll(ids, id => new MoveEntry(id, EntryFields.Of(("was", $"{id}")))) };
            foreach (var connection in proxy.Connections)
                connection.CutAtAnswer();
            // All or nothing: nothing is left where it was done before and not heard.
            unheard += (await MoveAsync(engine, request)).Distinct().Count() == 1 ? 1 : 0;
        }

        Assert.NotEqual(0, unheard);
        Assert.Equal(0, await direct.GetLengthAsync(dead));
        using var moved = await direct.RangeAsync(_stream, RangeBound.Min, RangeBound.Max);
        Assert.Equal(appended.Select(result => $"was {result.Id}"), moved.Entries.ToArray().Select(entry => entry.Fields.ToString()));
        await direct.DeleteStreamAsync(_stream);
    }

    // Until it is answered.
    private static async Task<StreamEntryId?[]> MoveAsync(RedisStreamEngine engine, MoveRequest request)
    {
        var newIds = new StreamEntryId?[request.Entries.Length];
        using var end = new CancellationTokenSource(Deadline, TimeProvider.System);
        while (true)
        {
            try
            {
                await engine.MoveAsync(request, newIds);
                return newIds;
            }
            catch (StreamEngineException lost) when (lost.Code == StreamErrorCode.Unavailable)
            {
                await Task.Delay(Poll, TimeProvider.System, end.Token);
            }
        }
    }
}
