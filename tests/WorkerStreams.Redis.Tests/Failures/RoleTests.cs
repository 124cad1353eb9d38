using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>Two servers change their roles, and nobody tells the client, which asks by itself once a minute.</summary>
public sealed class RoleTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(100);

    private static readonly AppendEntry s_entry = new(EntryFields.Of(("f", "v")));

    [Fact]
    public async Task Reads_that_wait_find_the_new_primary() =>
        await GoesOnAsync(async engine =>
        {
            using var batch = await engine.ReadGroupAsync(
                new() { Group = "g", Consumer = "c", Streams = [new("s", ReadPosition.Undelivered)], Block = TimeSpan.FromMilliseconds(100) });
            return true;
        });

    [Fact]
    public async Task So_do_appends_of_many() =>
        await GoesOnAsync(static async engine =>
        {
            var results = new AppendResult[2];
            await engine.AppendAsync("s", new[] { s_entry, s_entry }, results);
            return Array.TrueForAll(results, static result => result.Status == AppendStatus.Stored);
        });

    private static async Task GoesOnAsync(Func<RedisStreamEngine, Task<bool>> call)
    {
        await using var first = await ServerProcess.StartAsync("repl-diskless-sync-delay 0");
        await using var second = await ServerProcess.StartAsync("repl-diskless-sync-delay 0", $"replicaof 127.0.0.1 {first.Port}");
        await first.UntilAsync("INFO replication", static info => info.Contains("state=online", StringComparison.Ordinal));
        using var engine = RedisStreamEngine.Connect(ServerProcess.Client(first.Port, second.Port));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning, createStream: true);
        Assert.True(await call(engine));
        await second.UntilAsync("XPENDING s g", static reply => reply.StartsWith('*'));

        Assert.Equal("+OK", await second.AskAsync("REPLICAOF NO ONE"));
        Assert.Equal("+OK", await first.AskAsync($"REPLICAOF 127.0.0.1 {second.Port}"));
        await first.UntilAsync("INFO replication", static info => info.Contains("master_link_status:up", StringComparison.Ordinal));
        StreamEngineException? last = null;
        for (var begun = TimeProvider.System.GetTimestamp(); !await SucceedsAsync();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Deadline, $"The new primary was not found: {last}");
            await Task.Delay(Pause, TimeProvider.System);
        }

        async Task<bool> SucceedsAsync()
        {
            try
            {
                return await call(engine);
            }
            catch (StreamEngineException error) when (error.Code == StreamErrorCode.Unavailable)
            {
                last = error;
                return false;
            }
        }
    }
}
