using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Producing;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Tests.Producing;

/// <summary>A stream on a real engine, and what looks after its retention, round by round.</summary>
internal sealed class RetentionWorld : IDisposable, ILogger
{
    private readonly RetentionLoop _loop;

    public RetentionWorld(long? maxLength = null, TimeSpan? maxAge = null, bool untilAcknowledged = false)
    {
        Engine = new(new() { TimeProvider = Time, NodeMaxEntries = 10 });
        var plan = new ProducerPlan { Stream = Orders, MaxLength = maxLength, MaxAge = maxAge, UntilAcknowledged = untilAcknowledged, KeepForever = false, MaxInFlight = 1 };
        (var engine, Way) = InterceptedEngine.Over(Engine);
        _loop = new(plan, engine, Time, new(new Random(1)), Telemetry, this);
    }

    public static StreamName Orders { get; } = "orders";

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch);

    public StreamTelemetry Telemetry { get; } = new();

    public InProcessStreamEngine Engine { get; }

    /// <summary>The way to the engine of what is tested.</summary>
    public InterceptedEngine Way { get; }

    /// <summary>What was logged, with its level where that is not a warning.</summary>
    public List<string> Log { get; } = [];

    /// <summary>The ids of the entries, all of which are <c>n-1</c>.</summary>
    public IEnumerable<int> Ids
    {
        get
        {
            using var range = Engine.RangeAsync(Orders, RangeBound.Min, RangeBound.Max).AsTask().GetAwaiter().GetResult();
            return [.. range.Entries.ToArray().Select(entry => (int)entry.Id.Milliseconds)];
        }
    }

    public static StreamEntryId Id(int number) => new((ulong)number, 1);

    public async Task AppendAsync(int first, int last)
    {
        for (var number = first; number <= last; number++)
            await Engine.AppendAsync(Orders, new(EntryFields.Of(("f", "v")), Id(number)));
    }

    public ValueTask<long> TrimAsync(int firstKept) => Engine.TrimAsync(Orders, StreamTrim.MinId(Id(firstKept)));

    public ValueTask<long> DeleteAsync(params int[] numbers) => Engine.DeleteAsync(Orders, Array.ConvertAll(numbers, Id));

    public ValueTask CreateGroupAsync(string group, int after = 0) =>
        Engine.CreateGroupAsync(Orders, group, GroupPosition.After(after == 0 ? default : Id(after)), createStream: true);

    /// <summary>A consumer of the group's is delivered entries.</summary>
    public async Task<StreamEntryId[]> ReadAsync(string group, int count)
    {
        using var read = await Engine.ReadGroupAsync(new() { Group = group, Consumer = "one", Streams = [new(Orders, ReadPosition.Undelivered)], Count = count });
        return [.. read.Entries.ToArray().Select(entry => entry.Id)];
    }

    public ValueTask<long> AcknowledgeAsync(string group, params int[] numbers) => Engine.AcknowledgeAsync(Orders, group, Array.ConvertAll(numbers, Id));

    /// <summary>A consumer of the group's is delivered entries and acknowledges them.</summary>
    public async Task HandleAsync(string group, int count) => await Engine.AcknowledgeAsync(Orders, group, await ReadAsync(group, count));

    public Task LookAsync() => _loop.LookAsync(CancellationToken.None);

    public Task RunAsync(CancellationToken stopping) => _loop.RunAsync(stopping);

    /// <summary>What a look logs.</summary>
    public async Task<IReadOnlyList<string>> ToldAsync()
    {
        Log.Clear();
        await LookAsync();
        return [.. Log];
    }

    public void Dispose()
    {
        Engine.Dispose();
        Telemetry.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Add((logLevel == LogLevel.Warning ? "" : $"{logLevel}: ") + formatter(state, exception));
}
