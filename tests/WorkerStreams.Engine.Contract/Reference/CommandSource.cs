namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>Makes commands at random: appending and group reading most of all, destroying least.</summary>
internal sealed class CommandSource
{
    private readonly RandomChoices _choose;
    private readonly ReplyText _text;
    private readonly EngineTraits _traits;
    private readonly string _tag;
    private readonly bool _exactTime;
    private readonly (int Weight, Func<RandomCommand> Make)[] _commands;

    public CommandSource(RandomChoices choose, ReplyText text, EngineTraits traits, string tag, bool exactTime)
    {
        (_choose, _text, _traits, _tag, _exactTime) = (choose, text, traits, tag, exactTime);
        _commands =
        [
            (30, Append), (6, AppendMany), (8, Delete), (3, Trim), (5, Range), (4, Read), (22, ReadNew), (8, ReadHistory), (14, Acknowledge),
            (8, Settle), (7, Claim), (7, AutoClaim), (2, Summary), (5, Pending), (2, SetId), (2, CreateGroup), (1, SetGroup), (1, DestroyGroup),
            (1, CreateConsumer), (1, DeleteConsumer),
        ];
    }

    public RandomCommand Next()
    {
        var ticket = _choose.Number(0, _commands.Sum(command => command.Weight) - 1);
        return _commands.First(command => (ticket -= command.Weight) < 0).Make();
    }

    private RandomCommand Append()
    {
        var (stream, entry) = (_choose.Stream(), new AppendEntry(_choose.Fields(), _choose.NewId(_exactTime)));
        var options = new AppendOptions { CreateStream = _choose.Chance(90), Trim = _choose.Chance(5) ? _choose.Trim() : null };
        return new($"append {stream} {entry.Id} {options}", async engine =>
        {
            var id = await engine.AppendAsync(stream, entry, options);
            if (id is { } given)
                _choose.Seen(given);
            return $"{id}";
        });
    }

    private RandomCommand AppendMany()
    {
        var stream = _choose.Stream();
        AppendEntry[] entries = [.. Enumerable.Range(0, _choose.Number(1, 12)).Select(_ => new AppendEntry(_choose.Fields(), _choose.NewId(_exactTime)))];
        var options = new AppendOptions { Trim = _choose.Chance(10) ? _choose.Trim() : null };
        return new($"append {stream} {string.Join(' ', entries.Select(entry => entry.Id))} {options}", async engine =>
        {
            var results = new AppendResult[entries.Length];
            await engine.AppendAsync(stream, entries, results, options);
            return ReplyText.Of(results);
        });
    }

    private RandomCommand Delete()
    {
        var (stream, ids) = (_choose.Stream(), _choose.Ids(4));
        return new($"delete {stream} {ids.ToText()}", engine => TextAsync(engine.DeleteAsync(stream, ids)));
    }

    private RandomCommand Trim()
    {
        var (stream, trim) = (_choose.Stream(), _choose.Trim());
        return new($"trim {stream} {trim}", engine => TextAsync(engine.TrimAsync(stream, trim)));
    }

    private RandomCommand Range()
    {
        var (stream, start, end, count, reverse) = (_choose.Stream(), _choose.Bound(), _choose.Bound(), _choose.Of<int?>([null, 0, 1, 5, 50]), _choose.Chance(50));
        return new($"range {stream} {start} {end} {count} {reverse}", async engine => _text.OfEntries(await engine.RangeAsync(stream, start, end, count, reverse)));
    }

    private RandomCommand Read()
    {
        var request = new ReadRequest { Streams = Streams(() => _traits.ReadsLastLiveEntry && _choose.Chance(10) ? ReadPosition.Last : ReadPosition.After(_choose.Id())), Count = Count() };
        return new($"read {Text(request)}", async engine => _text.OfStreams(await engine.ReadAsync(request)));
    }

    private RandomCommand ReadNew() => ReadGroup(() => ReadPosition.Undelivered);

    private RandomCommand ReadHistory() => ReadGroup(() => _choose.Chance(60) ? ReadPosition.After(default) : ReadPosition.After(_choose.Id()));

    private RandomCommand ReadGroup(Func<ReadPosition> position)
    {
        var request = new ReadGroupRequest
        {
            Group = _choose.Group(), Consumer = _choose.Consumer(), Streams = Streams(position), Count = Count(), NoAcknowledge = _choose.Chance(8),
        };
        return new($"read {request.Group} {request.Consumer} {Text(request)}", async engine => _text.OfStreams(await engine.ReadGroupAsync(request)));
    }

    private RandomCommand Acknowledge()
    {
        var (stream, group, ids) = (_choose.Stream(), _choose.Group(), _choose.Ids(8));
        return new($"acknowledge {stream} {group} {ids.ToText()}", engine => TextAsync(engine.AcknowledgeAsync(stream, group, ids)));
    }

    private RandomCommand Settle()
    {
        Settlement[] settlements = [.. _choose.Ids(6).Select(id => _choose.Number(0, _exactTime ? 5 : 4) switch
        {
            0 => Settlement.Acknowledge(id),
            1 => Settlement.AcknowledgeAndDelete(id),
            2 => Settlement.Renew(id),
            3 => Settlement.Release(id),
            4 => Settlement.ReleaseUnstarted(id),
            _ => Settlement.DeadLetter(id, _choose.Fields()),
        })];
        var request = new SettleRequest
        {
            Stream = _tag + "s", Group = _choose.Group(), Owner = _choose.Consumer(), Settlements = settlements, DeadLetterStream = _tag + "t",
        };
        return new($"settle {request.Group} {request.Owner} {string.Join(' ', settlements.Select(s => $"{s.Kind} {s.Id}"))}", async engine =>
        {
            var outcomes = new SettlementOutcome[settlements.Length];
            await engine.SettleAsync(request, outcomes);
            return string.Join(' ', outcomes);
        });
    }

    private RandomCommand Claim()
    {
        var request = new ClaimRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Consumer = _choose.Consumer(),
            Ids = _choose.Ids(6),
            MinIdle = MinIdle(),
            Idle = _exactTime && _choose.Chance(10) ? TimeSpan.FromMilliseconds(_choose.Number(0, 5_000)) : null,
            DeliveryCount = _choose.Chance(10) ? _choose.Number(0, 9) : null,
            Force = _choose.Chance(25),
            JustIds = _choose.Chance(25),
            LastId = _choose.Chance(5) ? _choose.Id() : null,
            ExpectedOwner = _traits.RenewsGoneEntries && _choose.Chance(20) ? _choose.Consumer() : default(StreamName?),
        };
        return new($"claim {request} {request.Ids.ToArray().ToText()}", async engine => _text.OfEntries(await engine.ClaimAsync(request)));
    }

    private RandomCommand AutoClaim()
    {
        var request = new AutoClaimRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Consumer = _choose.Consumer(),
            MinIdle = MinIdle(),
            Start = _choose.Chance(50) ? RangeBound.Min : _choose.Id(),
            Count = _choose.Of(1, 3, 20, 100),
            JustIds = _choose.Chance(25),
        };
        return new($"auto-claim {request}", async engine => _text.Of(await engine.AutoClaimAsync(request)));
    }

    private RandomCommand Summary()
    {
        var (stream, group) = (_choose.Stream(), _choose.Group());
        return new($"summary {stream} {group}", async engine => (await engine.GetPendingSummaryAsync(stream, group)).ToText());
    }

    private RandomCommand Pending()
    {
        var request = new PendingRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Start = _choose.Bound(),
            End = _choose.Bound(),
            Count = _choose.Of(0, 1, 5, 1_000),
            Consumer = _choose.Chance(40) ? _choose.Consumer() : default(StreamName?),
            MinIdle = MinIdle(),
        };
        return new($"pending {request}", async engine => _text.Of(await engine.GetPendingAsync(request)));
    }

    private RandomCommand SetId()
    {
        var (stream, lastId, added, deleted) = (_choose.Stream(), _choose.Id(), _choose.Of<long?>([null, null, 50, 5_000]), _choose.Chance(20) ? _choose.Id() : default(StreamEntryId?));
        return new($"set id {stream} {lastId} {added} {deleted}", async engine =>
        {
            await engine.SetIdAsync(stream, lastId, added, deleted);
            return "done";
        });
    }

    private RandomCommand CreateGroup()
    {
        var (stream, group, position, create) = (_choose.Stream(), _choose.Group(), _choose.Position(), _choose.Chance(80));
        return new($"create group {stream} {group} {position} {create}", async engine =>
        {
            await engine.CreateGroupAsync(stream, group, position, create);
            return "done";
        });
    }

    private RandomCommand SetGroup()
    {
        var (stream, group, position, read) = (_choose.Stream(), _choose.Group(), _choose.Position(), _choose.Of<long?>([null, 0, 3]));
        return new($"set group {stream} {group} {position} {read}", async engine =>
        {
            await engine.SetGroupIdAsync(stream, group, position, read);
            return "done";
        });
    }

    private RandomCommand DestroyGroup()
    {
        var (stream, group) = (_choose.Stream(), _choose.Group());
        return new($"destroy group {stream} {group}", engine => TextAsync(engine.DestroyGroupAsync(stream, group)));
    }

    private RandomCommand CreateConsumer()
    {
        var (stream, group, consumer) = (_choose.Stream(), _choose.Group(), _choose.Consumer());
        return new($"create consumer {stream} {group} {consumer}", engine => TextAsync(engine.CreateConsumerAsync(stream, group, consumer)));
    }

    private RandomCommand DeleteConsumer()
    {
        var (stream, group, consumer) = (_choose.Stream(), _choose.Group(), _choose.Consumer());
        return new($"delete consumer {stream} {group} {consumer}", engine => TextAsync(engine.DeleteConsumerAsync(stream, group, consumer)));
    }

    private TimeSpan MinIdle() => _exactTime && _choose.Chance(60) ? TimeSpan.FromMilliseconds(_choose.Number(-50, 3_000)) : _choose.Of(TimeSpan.Zero, TimeSpan.FromDays(1));

    private int? Count() => _choose.Of<int?>(null, 0, 1, 1, 2, 5, 20);

    private StreamPosition[] Streams(Func<ReadPosition> position) =>
        _choose.Chance(20) ? [new(_tag + "t", position()), new(_tag + "s", position())] : [new(_choose.Stream(), position())];

    private static string Text(ReadRequest request) => $"{string.Join(' ', request.Streams.Select(s => $"{s.Stream} {s.Position}"))} count {request.Count}";

    public static async Task<string> TextAsync<T>(ValueTask<T> reply) => $"{await reply}";
}
