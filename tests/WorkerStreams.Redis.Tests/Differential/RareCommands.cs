using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.Redis.Tests.Differential;

/// <summary>Commands that are refused, or seldom sent.</summary>
internal sealed class RareCommands
{
    private readonly RandomChoices _choose;
    private readonly ReplyText _text;
    private readonly StreamName[] _streams;
    private readonly Func<RandomCommand>[] _commands;

    /// <param name="choose">The arguments.</param>
    /// <param name="text">How replies are told.</param>
    /// <param name="streams">Three streams, of which the last is of another hash slot.</param>
    public RareCommands(RandomChoices choose, ReplyText text, StreamName[] streams)
    {
        (_choose, _text, _streams) = (choose, text, streams);
        _commands =
        [
            DeleteStream, DestroyGroup, SetBackOrAhead, SetBackOrAhead, DeleteConsumer, Length, AppendNothing, AppendToTheEnd, AppendFar, ReadNoStream, ReadUndelivered, ReadMeaningless, ReadBadTime, ReadAcrossSlots, ClaimBadly,
            AutoClaimBadly, EntriesReadBadly, SetIdBadly, DeadLetterBadly, RangeOverTheEdge, PendingOverTheEdge, Unknown, SettleMany,
        ];
    }

    public RandomCommand Next() => _choose.Of(_commands)();

    private RandomCommand DeleteStream()
    {
        var stream = Stream();
        return new($"delete stream {stream}", engine => CommandSource.TextAsync(engine.DeleteStreamAsync(stream)));
    }

    private RandomCommand DestroyGroup()
    {
        var (stream, group) = (Stream(), _choose.Group());
        return new($"destroy group {stream} {group}", engine => CommandSource.TextAsync(engine.DestroyGroupAsync(stream, group)));
    }

    // Back, or so far ahead that the next entries are none for it.
    private RandomCommand SetBackOrAhead()
    {
        var (stream, group, id) = (Stream(), _choose.Group(), _choose.Id());
        id = _choose.Chance(60) ? default : id with { Sequence = id.Sequence + (ulong)_choose.Number(1, 5) };
        return new($"set group {stream} {group} {id}", async engine =>
        {
            await engine.SetGroupIdAsync(stream, group, GroupPosition.After(id));
            return "done";
        });
    }

    private RandomCommand DeleteConsumer()
    {
        var (stream, group, consumer) = (Stream(), _choose.Group(), _choose.Consumer());
        return new($"delete consumer {stream} {group} {consumer}", engine => CommandSource.TextAsync(engine.DeleteConsumerAsync(stream, group, consumer)));
    }

    private RandomCommand Length()
    {
        var stream = Stream();
        return new($"length {stream}", engine => CommandSource.TextAsync(engine.GetLengthAsync(stream)));
    }

    private RandomCommand AppendNothing()
    {
        var (stream, id, options) = (Stream(), _choose.NewId(auto: true), new AppendOptions { CreateStream = _choose.Chance(50) });
        return new($"append {stream} {id} without fields {options}", engine => CommandSource.TextAsync(engine.AppendAsync(stream, new AppendEntry(default, id), options)));
    }

    private RandomCommand AppendToTheEnd() => Append(new(ulong.MaxValue, ulong.MaxValue - (ulong)_choose.Number(0, 3)));

    private RandomCommand AppendFar() => Append(new(RandomChoices.Ahead + (ulong)_choose.Number(0, 3), 1));

    private RandomCommand Append(StreamEntryId id)
    {
        var (stream, fields) = (Stream(), _choose.Fields());
        _choose.Seen(id);
        return new($"append {stream} {id}", engine => CommandSource.TextAsync(engine.AppendAsync(stream, new AppendEntry(fields, id))));
    }

    private RandomCommand ReadNoStream()
    {
        var group = _choose.Chance(50);
        return group ? Read(new ReadGroupRequest { Group = _choose.Group(), Consumer = _choose.Consumer(), Streams = [] }) : Read(new ReadRequest { Streams = [] });
    }

    private RandomCommand ReadUndelivered() => Read(new ReadRequest { Streams = [At(ReadPosition.After(_choose.Id())), At(ReadPosition.Undelivered)] });

    private RandomCommand ReadMeaningless() =>
        ReadGroup(At(_choose.Of(ReadPosition.Undelivered, ReadPosition.After(default))), At(_choose.Of(ReadPosition.End, ReadPosition.Last)));

    private RandomCommand ReadAcrossSlots()
    {
        StreamPosition[] streams = [At(ReadPosition.Undelivered), new(_streams[2], ReadPosition.Undelivered)];
        if (_choose.Chance(50))
            Array.Reverse(streams);
        return ReadGroup(streams);
    }

    private RandomCommand ReadBadTime()
    {
        var time = _choose.Of(TimeSpan.FromMilliseconds(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue);
        return time == Timeout.InfiniteTimeSpan ? ReadNoStream() : Read(new ReadRequest { Streams = [At(ReadPosition.After(_choose.Id()))], Block = time });
    }

    private RandomCommand ReadGroup(params StreamPosition[] streams) =>
        Read(new ReadGroupRequest { Group = _choose.Group(), Consumer = _choose.Consumer(), Streams = streams, NoAcknowledge = _choose.Chance(20) });

    private RandomCommand Read(ReadRequest request) => new(RequestText.Of(request), async engine => _text.OfStreams(
        request is ReadGroupRequest group ? await engine.ReadGroupAsync(group) : await engine.ReadAsync(request)));

    private RandomCommand ClaimBadly()
    {
        var request = new ClaimRequest { Stream = Stream(), Group = _choose.Group(), Consumer = _choose.Consumer(), Ids = _choose.Ids(3) };
        request = _choose.Chance(50)
            ? request with { DeliveryCount = -1 }
            : request with { Idle = TimeSpan.FromHours(1), DeliveredAt = DateTimeOffset.UnixEpoch };
        return new(RequestText.Of(request), async engine => _text.OfEntries(await engine.ClaimAsync(request)));
    }

    private RandomCommand AutoClaimBadly()
    {
        var request = new AutoClaimRequest
        {
            Stream = Stream(), Group = _choose.Group(), Consumer = _choose.Consumer(), MinIdle = TimeSpan.Zero,
            Count = _choose.Of(-1, 0, 1), Start = _choose.Of(RangeBound.Min, RangeBound.Excluding(StreamEntryId.MaxValue)),
        };
        return new($"auto-claim {request}", async engine => _text.Of(await engine.AutoClaimAsync(request)));
    }

    private RandomCommand EntriesReadBadly()
    {
        var (stream, group, create, read) = (Stream(), _choose.Group(), _choose.Chance(50), _choose.Of(-2, long.MinValue));
        return new($"{(create ? "create" : "set")} group {stream} {group} {read}", async engine =>
        {
            await (create ? engine.CreateGroupAsync(stream, group, GroupPosition.End, true, read) : engine.SetGroupIdAsync(stream, group, GroupPosition.End, read));
            return "done";
        });
    }

    private RandomCommand SetIdBadly()
    {
        var (stream, id, added, deleted) = (Stream(), _choose.Id(), _choose.Of<long?>(null, -1, 0), _choose.Of<StreamEntryId?>(null, default(StreamEntryId), StreamEntryId.MaxValue));
        return new($"set id {stream} {id} {added} {deleted}", async engine =>
        {
            await engine.SetIdAsync(stream, id, added, deleted);
            return "done";
        });
    }

    private RandomCommand DeadLetterBadly()
    {
        var (letters, fields) = _choose.Of((default(StreamName), true), (_streams[2], true), (_streams[1], false));
        return Settle(Settlement.DeadLetter(_choose.Id(), fields ? _choose.Fields() : default), letters);
    }

    private RandomCommand SettleMany() => Settle(Settlement.Acknowledge(_choose.Id()), default);

    private RandomCommand Settle(Settlement last, StreamName letters)
    {
        Settlement[] settlements = [.. _choose.Ids(40).Select(Settlement.Acknowledge), last];
        var request = new SettleRequest { Stream = _streams[0], Group = _choose.Group(), Owner = _choose.Consumer(), Settlements = settlements, DeadLetterStream = letters };
        return new($"settle {request.Group} {request.Owner} {string.Join(' ', settlements.Select(s => $"{s.Kind} {s.Id}"))} to '{letters}'", async engine =>
        {
            var outcomes = new SettlementOutcome[settlements.Length];
            await engine.SettleAsync(request, outcomes);
            // Of many acknowledgements a server tells only how many were done.
            if (settlements.All(static settlement => settlement.Kind == SettlementKind.Acknowledge))
                Array.Sort(outcomes);
            return string.Join(' ', outcomes);
        });
    }

    private RandomCommand RangeOverTheEdge()
    {
        var (stream, (start, end), reverse) = (Stream(), OverTheEdge(), _choose.Chance(50));
        return new($"range {stream} {start} {end} {reverse}", async engine => _text.OfEntries(await engine.RangeAsync(stream, start, end, null, reverse)));
    }

    private RandomCommand PendingOverTheEdge()
    {
        var (start, end) = OverTheEdge();
        var request = new PendingRequest { Stream = Stream(), Group = _choose.Group(), Start = start, End = end, Count = 5 };
        return new($"pending {request}", async engine => _text.Of(await engine.GetPendingAsync(request)));
    }

    private (RangeBound Start, RangeBound End) OverTheEdge()
    {
        var (first, last) = (RangeBound.Excluding(StreamEntryId.MaxValue), RangeBound.Excluding(default));
        return _choose.Of((first, RangeBound.Max), (RangeBound.Min, last), (first, last), (RangeBound.Max, RangeBound.Min));
    }

    private RandomCommand Unknown()
    {
        var (stream, group, ids) = (Stream(), _choose.Of<StreamName>("", "G", "g "), _choose.Ids(2));
        return _choose.Of(
            new RandomCommand($"consumers {stream} {group}", async engine => _text.Of(await engine.GetConsumersAsync(stream, group))),
            new($"create consumer {stream} {group}", engine => CommandSource.TextAsync(engine.CreateConsumerAsync(stream, group, ""))),
            new($"delete consumer {stream} {group}", engine => CommandSource.TextAsync(engine.DeleteConsumerAsync(stream, group, ""))),
            new($"destroy group {stream} {group}", engine => CommandSource.TextAsync(engine.DestroyGroupAsync(stream, group))),
            new($"acknowledge {stream} {group}", engine => CommandSource.TextAsync(engine.AcknowledgeAsync(stream, group, ids))));
    }

    private StreamPosition At(ReadPosition position) => new(_choose.Stream(), position);

    private StreamName Stream() => _choose.Of(_streams);
}
