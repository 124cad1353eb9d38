using WorkerStreams.Engine;
using WorkerStreams.Redis;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Samples.Tests;

/// <summary>Processes of the test worker that make up one group, over a server of their own.</summary>
internal sealed class WorkerGroup : IAsyncDisposable
{
    private static readonly StreamName Stream = "work", Group = "g";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60), Poll = TimeSpan.FromMilliseconds(10);

    private readonly ServerProcess _server;
    private readonly RedisStreamEngine _engine;
    private readonly List<SampleProcess> _workers = [];
    private readonly Dictionary<StreamEntryId, int> _numbers = [];

    private WorkerGroup(ServerProcess server) => (_server, _engine) = (server, RedisStreamEngine.Connect(server.Configuration));

    public static async Task<WorkerGroup> StartAsync()
    {
        var group = new WorkerGroup(await ServerProcess.StartAsync());
        await group._engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        return group;
    }

    public SampleProcess StartWorker(string name, int concurrency, int prefetch, int maxDeliveries, TimeSpan handling, TimeSpan lease)
    {
        string[] arguments =
        [
            "--port", $"{_server.Port}", "--stream", $"{Stream}", "--name", name, "--concurrency", $"{concurrency}", "--prefetch", $"{prefetch}",
            "--max-deliveries", $"{maxDeliveries}", "--handling-ms", $"{handling.TotalMilliseconds}", "--lease-ms", $"{lease.TotalMilliseconds}",
        ];
        var worker = SampleProcess.Start("WorkerStreams.TestWorker", arguments);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Appends entries of these numbers in one go; some end the process that handles them.</summary>
    public async Task AppendAsync(IReadOnlyList<int> numbers, params int[] killing)
    {
        var entries = numbers.Select(number => new AppendEntry(EntryFields.Of(("number", $"{number}"), ("kills", killing.Contains(number) ? "true" : "false")))).ToArray();
        var results = new AppendResult[entries.Length];
        await _engine.AppendAsync(Stream, entries, results);
        for (var i = 0; i < results.Length; i++)
            _numbers.Add(results[i].Id, numbers[i]);
    }

    public async Task<IEnumerable<(int Number, string Consumer, long Deliveries)>> PendingAsync() =>
        (await _engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = 10_000 })).Select(entry => (_numbers[entry.Id], $"{entry.Consumer}", entry.DeliveryCount));

    /// <summary>The numbers among the dead letters.</summary>
    public async Task<IReadOnlyList<int>> DeadLettersAsync()
    {
        using var letters = await _engine.RangeAsync(Stream.Companion("dead"), RangeBound.Min, RangeBound.Max);
        var numbers = new List<int>();
        foreach (ref readonly var letter in letters.Entries)
            numbers.Add(letter.Fields.TryGetValue("number"u8, out var number) ? int.Parse(number, provider: null) : -1);
        return numbers;
    }

    public async Task<bool> IsAllSettledAsync() => await _engine.GetGroupsAsync(Stream) is [{ Pending: 0, Lag: 0 }];

    /// <summary>Completes when all entries were delivered and none is pending.</summary>
    public async Task UntilAllIsSettledAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await IsAllSettledAsync())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Deadline)
                Assert.Fail($"After {Deadline} are pending: {string.Join(' ', await PendingAsync())}");
            await Task.Delay(Poll, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _workers.ForEach(static worker => worker.Dispose());
        _engine.Dispose();
        await _server.DisposeAsync();
    }
}
