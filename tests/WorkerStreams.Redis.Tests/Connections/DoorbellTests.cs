using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>The doorbell where nothing ends its reads but an entry and CLIENT UNBLOCK: what it misses once it does not hear later.</summary>
public sealed class DoorbellTests(RedisServer server) : EngineTest(server)
{
    [Fact]
    public async Task It_listens_anew_when_another_comes()
    {
        using var line = Connections(OpenAsync);
        var doorbell = new Doorbell(line);
        var other = new StreamName($"{Stream}-other");
        var first = doorbell.WaitAsync([new(Stream, ReadPosition.After(default))], Patience, CancellationToken.None);
        await BlockedAsync();
        var second = doorbell.WaitAsync([new(other, ReadPosition.After(default))], Patience, CancellationToken.None);
        await AppendAsync(other);
        Assert.True(await second);
        await AppendAsync(Stream);
        Assert.True(await first);
    }

    [Fact]
    public async Task It_is_rung_by_what_comes_between_the_look_and_the_wait()
    {
        await CreateGroupAsync();
        using var line = Connections(OpenAsync);
        using var taken = Connections(OpenAsync, max: 0);
        await using var client = await OpenAsync();
        var looks = 0;
        // The first look is before a connection is asked for.
        var shared = new RedisConnection(SteppedClient.Of(client, command => command == "XREADGROUP" && ++looks == 2 ? AppendAsync(Stream) : Task.CompletedTask));
        var reads = new BlockingReads(taken, new(line), static () => false);
        using var found = await reads.ReadAsync(shared, ReadFor(Stream, "a"), CancellationToken.None).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1, found.Count);
    }
}
