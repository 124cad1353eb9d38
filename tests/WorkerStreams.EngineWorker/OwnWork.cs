using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.EngineWorker;

/// <summary>
/// All that can be asked of an engine, at random, on two streams that nobody else has. From the same seed, in the same state, come the same commands: so who watches can
/// foretell each of them, and its answer.
/// </summary>
internal sealed class OwnWork
{
    private const int Remembered = 30;

    private static readonly StreamName[] s_holders = ["first", "second"];

    private readonly RandomChoices _choose;
    private readonly CommandSource _commands;
    private readonly string _tag;

    private OwnWork(int seed, string tag, DateTimeOffset now)
    {
        _tag = tag;
        _choose = new(new Random(seed), tag, exactTime: true);
        _commands = new(_choose, OwnState.Text, EngineTraits.Newest, tag, new(() => now, static _ => true, static (_, _) => true, static _ => true));
    }

    /// <summary>What the names of a task's streams begin with.</summary>
    public static string TagOf(int task) => $"{{own-{task}}}";

    /// <summary>Begins in the state that an engine is in.</summary>
    public static async Task<OwnWork> BeginAsync(IStreamEngine engine, int seed, string tag, DateTimeOffset now)
    {
        var work = new OwnWork(seed, tag, now);
        var ids = new SortedSet<StreamEntryId>();
        foreach (var stream in OwnState.StreamsOf(tag))
        {
            using var last = await engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max, Remembered, reverse: true);
            ids.UnionWith(last.Entries.ToArray().Select(static entry => entry.Id));
            if (await OwnState.HasAsync(engine, stream))
                ids.Add((await engine.GetStreamInfoAsync(stream)).LastGeneratedId);
        }
        foreach (var id in ids)
            work._choose.Seen(id);
        return work;
    }

    public RandomCommand Next() => _choose.Number(0, 99) switch
    {
        < 6 => Hold(),
        < 9 => Leave(),
        < 11 => Collect(),
        < 12 => DeleteStream(),
        _ => _commands.Next(),
    };

    private NameCommand Hold()
    {
        var request = new HoldRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Consumer = _choose.Consumer(),
            Holder = _choose.Of(s_holders),
            Duration = TimeSpan.FromMilliseconds(_choose.Number(1, 20_000)),
            Lease = TimeSpan.FromMilliseconds(_choose.Number(1, 5_000)),
            Instead = _choose.Chance(30) ? _choose.Of(s_holders) : default,
        };
        return new($"hold {request}", async engine => OwnState.Of(await engine.HoldConsumerAsync(request)), request.Stream, request.Group, request.Consumer, Leaves: false);
    }

    private NameCommand Leave()
    {
        var (stream, group, consumer, holder) = (_choose.Stream(), _choose.Group(), _choose.Consumer(), _choose.Of(s_holders));
        return new(
            $"leave {stream} {group} {consumer} {holder}", engine => CommandSource.TextAsync(engine.LeaveConsumerAsync(stream, group, consumer, holder)),
            stream, group, consumer, Leaves: true);
    }

    // Whatever lies between is not asked for: who was seen last may be forgotten.
    private CollectCommand Collect()
    {
        var (stream, group, minIdle) = (_choose.Stream(), _choose.Group(), _choose.Of(TimeSpan.Zero, TimeSpan.FromDays(100)));
        return new(
            $"collect {stream} {group} {minIdle}", async engine => string.Join(' ', (await engine.CollectConsumersAsync(stream, group, minIdle)).Order()), stream, group);
    }

    private RandomCommand DeleteStream()
    {
        StreamName stream = _tag + "t";
        return new($"delete stream {stream}", engine => CommandSource.TextAsync(engine.DeleteStreamAsync(stream)));
    }
}
