using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>What a cluster has and a single server has not: slots, which move.</summary>
public sealed class ClusterTests(RedisServer server, ServerCluster cluster)
{
    private const int Count = 6000, Moves = 3;

    [Fact]
    public async Task A_slot_moves_while_messages_are_published_and_handled()
    {
        server.Require();
        await using var host = await NumbersHost.StartAsync(await cluster.ConfigureAsync());
        var slot = HashSlot.Of(host.Stream.Bytes);
        var publishing = host.PublishAsync(0, Count);
        var owners = new HashSet<int>();
        for (var move = 1; move <= Moves; move++)
        {
            var published = Count * move / (Moves + 1);
            await host.UntilAsync(() => host.Published >= published, () => $"{host.Published} of {published} are published");
            owners.Add((await cluster.FindAsync($"EXISTS {host.Stream}")).Port);
            await cluster.MoveAsync(slot, NumbersHost.Name);
        }
        Assert.Equal(Moves, owners.Count);
        await publishing;
        await host.HandlesAllAsync();
    }

    [Fact]
    public async Task Entries_are_appended_one_by_one_while_their_slot_moves()
    {
        server.Require();
        StreamName stream = "one-by-one";
        var slot = HashSlot.Of(stream.Bytes);
        using var engine = RedisStreamEngine.Connect(await cluster.ConfigureAsync());
        var stored = 0;
        for (var move = 1; move <= Moves; move++)
        {
            await AppendAsync();
            var moving = cluster.MoveAsync(slot, $"{stream}");
            while (!moving.IsCompleted)
                await AppendAsync();
            await moving;
            // Still sent to where the slot was, if nothing was meanwhile.
            await AppendAsync();
        }
        Assert.Equal(stored, await engine.GetLengthAsync(stream));

        async Task AppendAsync()
        {
            await engine.AppendAsync(stream, new(EntryFields.Of(("f", "v")))).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            stored++;
        }
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("orders:eu")]
    [InlineData("{t1}:orders")]
    [InlineData("a{b}c{d}")]
    [InlineData("a{b")]
    public async Task Companions_are_in_the_slot_of_their_stream_says_the_cluster(string name)
    {
        server.Require();
        StreamName stream = name;
        Assert.Equal(await SlotOfAsync(stream), await SlotOfAsync(stream.Companion("dead")));
        Assert.Equal(await SlotOfAsync(stream), HashSlot.Of(stream.Bytes));
    }

    private async Task<int> SlotOfAsync(StreamName stream) =>
        int.Parse((await (await cluster.FindAsync("PING")).AskAsync($"CLUSTER KEYSLOT {stream}"))[1..], CultureInfo.InvariantCulture);
}
