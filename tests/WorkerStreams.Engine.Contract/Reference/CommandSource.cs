namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>Makes commands at random: appending and group reading most of all, destroying least.</summary>
internal sealed class CommandSource
{
    private readonly RandomChoices _choose;
    private readonly ReplyText _text;
    private readonly EngineTraits _traits;
    private readonly string _tag;
    private readonly Foresight _foresight;
    private readonly (int Weight, Func<RandomCommand> Make)[] _commands;

    /// <param name="choose">The arguments.</param>
    /// <param name="text">How replies are told.</param>
    /// <param name="traits">In what the engine differs.</param>
    /// <param name="tag">What the names of streams begin with.</param>
    /// <param name="foresight">What is known beforehand.</param>
    public CommandSource(RandomChoices choose, ReplyText text, EngineTraits traits, string tag, Foresight foresight)
    {
        (_choose, _text, _traits, _tag, _foresight) = (choose, text, traits, tag, foresight);
        _commands =
        [
            (30, Append), (6, AppendMany), (8, Delete), (3, Trim), (5, Range), (4, Read), (22, ReadNew), (8, ReadHistory), (14, Acknowledge),
            (8, Settle), (7, Claim), (7, AutoClaim), (2, Summary), (5, Pending), (2, SetId), (2, CreateGroup), (1, SetGroup), (1, DestroyGroup),
            (1, CreateConsumer), (1, DeleteConsumer), (4, Move), (4, DeleteWithReferences), (3, AcknowledgeAndDelete), (traits.Nacks ? 5 : 0, Nack), (traits.AppendsOnce ? 6 : 0, AppendOnce), (traits.AppendsOnce ? 1 : 0, SetIdempotency), (traits.RecordsAppends ? 4 : 0, RecordIdempotency),
        ];
    }

    public RandomCommand Next()
    {
        var ticket = _choose.Number(0, _commands.Sum(command => command.Weight) - 1);
        return _commands.First(command => (ticket -= command.Weight) < 0).Make();
    }

    private RandomCommand Append()
    {
        var stream = _choose.Stream();
        var entry = new AppendEntry(_choose.Fields(), _choose.NewId(_foresight.OfIds(stream)));
        var options = new AppendOptions { CreateStream = _choose.Chance(90), Trim = _choose.Chance(5) ? Trimming() : null };
        return new($"append {stream} {entry.Id} {options}", async engine =>
        {
            var id = await engine.AppendAsync(stream, entry, options);
            if (id is { } given)
                _choose.Seen(given);
            return $"{id}";
        });
    }

    private RandomCommand AppendOnce()
    {
        var stream = _choose.Stream();
        if (!_foresight.OfIds(stream))
            return Append();
        var (entry, producer) = (new AppendEntry(_choose.Fields()), _choose.Of<StreamName>("p", "q"));
        var key = _choose.Chance(70) ? IdempotencyKey.Of(producer, $"{_choose.Number(1, 12)}") : IdempotencyKey.OfFields(producer);
        var options = new AppendOptions { CreateStream = _choose.Chance(80), Trim = _choose.Chance(10) ? Trimming() : null };
        return new($"append once {stream} {key} {entry.Fields} {options}", async engine =>
        {
            var id = await engine.AppendOnceAsync(stream, entry, key, options);
            if (id is { } given)
                _choose.Seen(given);
            return $"{id}";
        });
    }

    private RandomCommand SetIdempotency()
    {
        var (stream, duration, most) = (_choose.Stream(), _choose.Of<TimeSpan?>(null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromDays(1)), _choose.Of(1, 3, 8));
        return new($"set idempotency {stream} {duration} {most}", async engine =>
        {
            await engine.SetIdempotencyAsync(stream, duration, most);
            return "done";
        });
    }

    private RandomCommand RecordIdempotency()
    {
        var (stream, key, id) = (_choose.Stream(), IdempotencyKey.Of(_choose.Of<StreamName>("p", "q"), $"{_choose.Number(1, 12)}"), _choose.Id());
        if (!_foresight.OfMemory(id))
            return AppendOnce();
        return new($"record idempotency {stream} {key} {id}", async engine =>
        {
            await engine.RecordIdempotencyAsync(stream, key, id);
            return "done";
        });
    }

    private RandomCommand AppendMany()
    {
        var stream = _choose.Stream();
        AppendEntry[] entries = [.. Enumerable.Range(0, _choose.Number(0, 12)).Select(_ => new AppendEntry(_choose.Fields(), _choose.NewId(_foresight.OfIds(stream))))];
        var options = new AppendOptions { CreateStream = _choose.Chance(90), Trim = _choose.Chance(10) ? Trimming() : null };
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

    private RandomCommand DeleteWithReferences()
    {
        var (stream, ids, references) = (_choose.Stream(), _choose.Ids(4), _choose.References());
        return new($"delete {stream} {references} {ids.ToText()}", async engine =>
        {
            var outcomes = new DeletionOutcome[ids.Length];
            await engine.DeleteAsync(stream, ids, references, outcomes);
            return string.Join(' ', outcomes);
        });
    }

    private RandomCommand AcknowledgeAndDelete()
    {
        var (stream, group, ids, references) = (_choose.Stream(), _choose.Group(), _choose.Ids(4), _choose.References());
        return new($"acknowledge and delete {stream} {group} {references} {ids.ToText()}", async engine =>
        {
            var outcomes = new DeletionOutcome[ids.Length];
            await engine.AcknowledgeAndDeleteAsync(stream, group, ids, references, outcomes);
            return string.Join(' ', outcomes);
        });
    }

    private RandomCommand Trim()
    {
        var (stream, trim) = (_choose.Stream(), Trimming());
        return new($"trim {stream} {trim}", engine => TextAsync(engine.TrimAsync(stream, trim)));
    }

    private StreamTrim Trimming() => _choose.Trim() with { References = _traits.TrimsByReferences ? _choose.References() : EntryReferences.Keep };

    private RandomCommand Range()
    {
        var (stream, start, end, count, reverse) = (_choose.Stream(), _choose.Bound(), _choose.Bound(), _choose.Of<int?>([null, -1, 0, 1, 5, 50]), _choose.Chance(50));
        return new($"range {stream} {start} {end} {count} {reverse}", async engine => _text.OfEntries(await engine.RangeAsync(stream, start, end, count, reverse)));
    }

    private RandomCommand Read()
    {
        var request = new ReadRequest { Streams = Streams(Position), Count = Count() };
        return new(RequestText.Of(request), async engine => _text.OfStreams(await engine.ReadAsync(request)));
    }

    private ReadPosition Position() =>
        _traits.ReadsLastLiveEntry && _choose.Chance(10) ? ReadPosition.Last : _choose.Chance(5) ? ReadPosition.End : ReadPosition.After(_choose.Id());

    private RandomCommand ReadNew() => ReadGroup(() => _choose.Chance(90) ? ReadPosition.Undelivered : History());

    private RandomCommand ReadHistory() => ReadGroup(() => _choose.Chance(90) ? History() : ReadPosition.Undelivered);

    private ReadPosition History() => _choose.Chance(60) ? ReadPosition.After(default) : ReadPosition.After(_choose.Id());

    private RandomCommand ReadGroup(Func<ReadPosition> position)
    {
        var request = new ReadGroupRequest
        {
            Group = _choose.Group(), Consumer = _choose.Consumer(), Streams = Streams(position), Count = Count(), NoAcknowledge = _choose.Chance(8),
            ClaimMinIdle = _traits.ClaimsOnRead && _choose.Chance(30) ? TimeSpan.FromTicks(Math.Max(0, _choose.MinIdle().Ticks)) : null,
        };
        return new(RequestText.Of(request), async engine => _text.OfStreams(await engine.ReadGroupAsync(request)));
    }

    private RandomCommand Acknowledge()
    {
        var (stream, group, ids) = (_choose.Stream(), _choose.Group(), _choose.Ids(8));
        return new($"acknowledge {stream} {group} {ids.ToText()}", engine => TextAsync(engine.AcknowledgeAsync(stream, group, ids)));
    }

    private RandomCommand Settle()
    {
        StreamName letters = _tag + "t";
        Settlement[] settlements = [.. _choose.Ids(6).Select(id => _choose.Number(_foresight.OfRenewal(_tag + "s", id) ? 0 : 3, _foresight.OfIds(letters) ? 5 : 4) switch
        {
            0 => Settlement.Renew(id),
            1 => Settlement.Release(id),
            2 => Settlement.ReleaseUnstarted(id),
            3 => Settlement.Acknowledge(id),
            4 => Settlement.AcknowledgeAndDelete(id),
            _ => Settlement.DeadLetter(id, _choose.Fields()),
        })];
        var request = new SettleRequest
        {
            Stream = _tag + "s", Group = _choose.Group(), Owner = _choose.Consumer(), Settlements = settlements, DeadLetterStream = letters,
        };
        return new($"settle {request.Group} {request.Owner} {string.Join(' ', settlements.Select(s => $"{s.Kind} {s.Id}"))}", async engine =>
        {
            var outcomes = new SettlementOutcome[settlements.Length];
            await engine.SettleAsync(request, outcomes);
            return string.Join(' ', outcomes);
        });
    }

    private RandomCommand Nack()
    {
        var request = new NackRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Ids = _choose.Ids(5),
            Mode = _choose.Of(NackMode.Silent, NackMode.Fail, NackMode.Fail, NackMode.Fatal),
            DeliveryCount = _choose.Chance(20) ? _choose.Number(0, 9) : null,
            Force = _choose.Chance(25),
        };
        return new($"nack {request} {request.Ids.ToArray().ToText()}", engine => TextAsync(engine.NackAsync(request)));
    }

    private RandomCommand Claim()
    {
        var (byIdle, byTime) = _choose.Of((true, false), (false, true), (false, false), (false, false), (false, false));
        var request = new ClaimRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Consumer = _choose.Consumer(),
            Ids = _choose.Ids(6),
            MinIdle = _choose.MinIdle(),
            Idle = byIdle ? _choose.Idle() : null,
            DeliveredAt = byTime ? _foresight.Now() - _choose.Idle() : null,
            DeliveryCount = _choose.Chance(10) ? _choose.Number(0, 9) : null,
            Force = _choose.Chance(25),
            JustIds = _choose.Chance(25),
            LastId = _choose.Chance(5) ? _choose.Id() : null,
            ExpectedOwner = _choose.Chance(20) ? _choose.Consumer() : default(StreamName?),
        };
        return new(RequestText.Of(request), async engine => _text.OfEntries(await engine.ClaimAsync(request)));
    }

    private RandomCommand AutoClaim()
    {
        var request = new AutoClaimRequest
        {
            Stream = _choose.Stream(),
            Group = _choose.Group(),
            Consumer = _choose.Consumer(),
            MinIdle = _choose.MinIdle(),
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
            Count = _choose.Of(-1, 0, 1, 5, 1_000),
            Consumer = _choose.Chance(40) ? _choose.Consumer() : default(StreamName?),
            MinIdle = _choose.MinIdle(),
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
        var (stream, group, position, create, read) = (_choose.Stream(), _choose.Group(), _choose.Position(), _choose.Chance(80), EntriesRead());
        return new($"create group {stream} {group} {position} {create} {read}", async engine =>
        {
            await engine.CreateGroupAsync(stream, group, position, create, read);
            return "done";
        });
    }

    private RandomCommand SetGroup()
    {
        var (stream, group, position, read) = (_choose.Stream(), _choose.Group(), _choose.Position(), EntriesRead());
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

    private RandomCommand Move()
    {
        var request = new MoveRequest
        {
            Source = _choose.Stream(), Destination = _choose.Stream(), Entries = _choose.Ids(6).Select(id => new MoveEntry(id, _choose.Fields())).ToArray(),
        };
        if (!_foresight.OfIds(request.Destination))
            request = request with { Entries = Array.Empty<MoveEntry>() };
        return new(RequestText.Of(request), async engine =>
        {
            var newIds = new StreamEntryId?[request.Entries.Length];
            await engine.MoveAsync(request, newIds);
            foreach (var id in newIds.OfType<StreamEntryId>())
                _choose.Seen(id);
            return string.Join(' ', newIds.Select(id => id is null ? "-" : $"{id}"));
        });
    }

    // Of more than were ever appended only some make as many as that.
    private long? EntriesRead() => _traits.CapsEntriesRead ? _choose.Of<long?>(null, null, -1, 0, 3, 1_000) : _choose.Of<long?>(null, null, -1, 0);

    private int? Count() => _choose.Of<int?>(null, -1, 0, 1, 1, 2, 5, 20);

    private StreamPosition[] Streams(Func<ReadPosition> position) =>
        _choose.Chance(20) ? [new(_tag + "t", position()), new(_tag + "s", position())] : [new(_choose.Stream(), position())];

    public static async Task<string> TextAsync<T>(ValueTask<T> reply) => $"{await reply}";
}
