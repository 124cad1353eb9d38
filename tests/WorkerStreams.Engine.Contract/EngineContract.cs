using System.Globalization;
using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>What the contracts have in common: streams of their own for each test, and short words for the commands they use most.</summary>
public abstract class EngineContract
{
    protected static readonly StreamName Group = "g";

    private readonly string _tag = $"{{{Guid.NewGuid():N}}}";

    protected EngineContract(EngineFixture fixture)
    {
        Fixture = fixture;
        Stream = NewStream("s");
        Other = NewStream("t");
    }

    protected EngineFixture Fixture { get; }

    protected IStreamEngine Engine => Fixture.Engine;

    protected EngineTraits Traits => Fixture.Traits;

    protected TimeSpan Moment => Fixture.Moment;

    /// <summary>The stream that the short words are about.</summary>
    protected StreamName Stream { get; }

    /// <summary>Another one, in the same hash slot.</summary>
    protected StreamName Other { get; }

    /// <summary>A stream that no other test knows, in the slot of <see cref="Stream"/>.</summary>
    protected StreamName NewStream(string suffix) => _tag + suffix;

    protected static StreamEntryId Id(string text) => StreamEntryId.Parse(text);

    /// <summary>Ids apart by a blank.</summary>
    protected static StreamEntryId[] Ids(string text) => [.. text.Split(' ').Select(Id)];

    /// <summary>The ids <paramref name="first"/>-0 to <paramref name="last"/>-0, apart by a blank.</summary>
    protected static string IdRun(int first, int last) =>
        string.Join(' ', Enumerable.Range(first, last - first + 1).Select(static ms => string.Create(CultureInfo.InvariantCulture, $"{ms}-0")));

    protected static EntryFields Fields(string value = "v") => EntryFields.Of(("f", value));

    /// <summary>Appends an entry for each id, apart by a blank; each may be <c>*</c> or <c>ms-*</c>. The fields are <c>f</c> and the id's text.</summary>
    protected async Task<StreamEntryId> AppendAsync(string ids, StreamName? stream = null)
    {
        StreamEntryId? last = null;
        foreach (var id in ids.Split(' '))
            last = await Engine.AppendAsync(stream ?? Stream, new AppendEntry(Fields(id), NewEntryId.Parse(id)));
        return last!.Value;
    }

    protected ValueTask<StreamEntryId?> AppendAsync(string id, AppendOptions options) =>
        Engine.AppendAsync(Stream, new AppendEntry(Fields(id), NewEntryId.Parse(id)), options);

    /// <summary>Appends an entry for each id, apart by a blank, in one call.</summary>
    protected async Task<AppendResult[]> AppendBatchAsync(string ids, AppendOptions? options = null)
    {
        AppendEntry[] entries = [.. ids.Split(' ').Select(id => new AppendEntry(Fields(id), NewEntryId.Parse(id)))];
        var results = new AppendResult[entries.Length];
        await Engine.AppendAsync(Stream, entries, results, options);
        return results;
    }

    protected async Task<string> RangeAsync(StreamName? stream = null) =>
        (await Engine.RangeAsync(stream ?? Stream, RangeBound.Min, RangeBound.Max)).ToText();

    /// <summary>Makes the group, and the stream where there is none, at an id or at <c>$</c>.</summary>
    protected ValueTask CreateGroupAsync(string position = "0", StreamName? stream = null, StreamName? group = null, long? entriesRead = null) =>
        Engine.CreateGroupAsync(stream ?? Stream, group ?? Group, Position(position), createStream: true, entriesRead);

    protected static GroupPosition Position(string text) => text == "$" ? GroupPosition.End : GroupPosition.After(Id(text));

    /// <summary>Positions of <see cref="Stream"/>, or of the streams given.</summary>
    protected ReadRequest ReadFrom(string position, params StreamName[] streams) => new() { Streams = Positions(position, streams) };

    /// <summary>A group read of <see cref="Stream"/>, or of the streams given.</summary>
    protected ReadGroupRequest ReadFor(StreamName consumer, string position = ">", params StreamName[] streams) =>
        new() { Group = Group, Consumer = consumer, Streams = Positions(position, streams) };

    protected async Task<string> ReadAsync(ReadRequest request) => (await Engine.ReadAsync(request)).ToText();

    protected async Task<string> ReadGroupAsync(ReadGroupRequest request) => (await Engine.ReadGroupAsync(request)).ToText();

    /// <summary>Delivers new entries of <see cref="Stream"/> to the consumer.</summary>
    protected Task<string> DeliverAsync(StreamName consumer, int? count = null, StreamName? group = null) =>
        ReadGroupAsync(ReadFor(consumer) with { Count = count, Group = group ?? Group });

    /// <summary>Begins a read that must wait, without end unless told otherwise.</summary>
    protected async Task<BlockedRead> BlockAsync(ReadRequest request, CancellationToken cancellation = default)
    {
        request = request with { Block = request.Block ?? TimeSpan.Zero };
        var read = new BlockedRead(
            Fixture, request is ReadGroupRequest group ? Engine.ReadGroupAsync(group, cancellation) : Engine.ReadAsync(request, cancellation));
        await read.WaitsAsync();
        return read;
    }

    /// <summary>The group's pending entries as text, each with its owner and delivery count.</summary>
    protected async Task<string> PendingAsync(StreamName? group = null, StreamName? stream = null) => (await PendingEntriesAsync(group, stream)).ToText();

    protected ValueTask<IReadOnlyList<PendingEntry>> PendingEntriesAsync(StreamName? group = null, StreamName? stream = null) =>
        Engine.GetPendingAsync(new() { Stream = stream ?? Stream, Group = group ?? Group, Count = int.MaxValue });

    protected async Task<GroupInfo> GroupInfoAsync(StreamName? group = null) =>
        Assert.Single(await Engine.GetGroupsAsync(Stream), info => info.Name == (group ?? Group));

    protected async Task<string> GroupTextAsync() => (await GroupInfoAsync()).ToText();

    protected async Task<ConsumerInfo> ConsumerInfoAsync(StreamName consumer) =>
        Assert.Single(await Engine.GetConsumersAsync(Stream, Group), info => info.Name == consumer);

    protected async Task<string> ConsumersAsync() =>
        string.Join(' ', (await Engine.GetConsumersAsync(Stream, Group)).Select(static consumer => consumer.Name));

    /// <summary>A time by the engine's clock, no later than the slack where time is real.</summary>
    protected void AssertSpan(TimeSpan expected, TimeSpan? actual)
    {
        Assert.NotNull(actual);
        Assert.InRange(actual.Value, expected, expected + Fixture.Slack);
    }

    protected static Task FailsAsync<T>(EngineError error, Func<ValueTask<T>> command) => FailsAsync(error, () => command().AsTask());

    protected static Task FailsAsync(EngineError error, Func<ValueTask> command) => FailsAsync(error, () => command().AsTask());

    protected static async Task FailsAsync(EngineError error, Func<Task> command)
    {
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(command);
        Assert.Equal(error.Text, thrown.Message);
        Assert.Equal(error.Code, thrown.Code);
    }

    private StreamPosition[] Positions(string position, StreamName[] streams)
    {
        if (streams.Length == 0)
            streams = [Stream];
        return [.. streams.Select(stream => new StreamPosition(stream, ReadPosition.Parse(position)))];
    }
}
