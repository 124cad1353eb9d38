using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Commands;

/// <summary>Settlement, which no command of Redis does on condition of ownership: a script, in one step.</summary>
internal static class SettleCommands
{
    // In one command of a script.
    private const int MaxAcknowledged = 1000;

    public static async ValueTask SettleAsync(
        RedisConnection connection, SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (request.Settlements.IsEmpty)
            return;
        if (!connection.HasOwnCommands && await AcknowledgeAsync(connection, request, outcomes, cancellation))
            return;
        var hasLetters = CheckDeadLetters(request);
        if (hasLetters && !connection.HasOwnCommands && IndexOfLarge(request.Settlements.Span) is var large and >= 0)
            await SettleAroundLargeAsync(connection, request, large, outcomes, cancellation);
        else
            await SettleByScriptAsync(connection, request, hasLetters, outcomes, cancellation);
    }

    private static async ValueTask SettleByScriptAsync(
        RedisConnection connection, SettleRequest request, bool hasLetters, Memory<SettlementOutcome> outcomes, CancellationToken cancellation)
    {
        var keys = NameCommands.KeysOf(request.Stream, request.Holder);
        if (hasLetters)
            keys.Key(request.DeadLetterStream);
        var reply = (string)(await connection.RunAsync(Script.Settle, keys, ArgumentsOf(request), cancellation))!;
        for (var i = 0; i < reply.Length; i++)
        {
            outcomes.Span[i] = reply[i] switch
            {
                '0' => SettlementOutcome.Done,
                '1' => SettlementOutcome.NotOwner,
                _ => SettlementOutcome.NotPending,
            };
        }
    }

    // A dead letter with more names and values than a script can hand to a command is appended before its entry is acknowledged. What comes between the two may leave
    // a letter too many, never one too few.
    private static async ValueTask SettleAroundLargeAsync(
        RedisConnection connection, SettleRequest request, int large, Memory<SettlementOutcome> outcomes, CancellationToken cancellation)
    {
        var outcome = await SettleLargeAsync(connection, request, request.Settlements.Span[large], cancellation);
        outcomes.Span[large] = outcome;
        try
        {
            foreach (var (start, end) in ((int, int)[])[(0, large), (large + 1, request.Settlements.Length)])
                await SettleAsync(connection, request with { Settlements = request.Settlements[start..end] }, outcomes[start..end], CancellationToken.None);
        }
        catch (StreamEngineException error) when (!error.MayHaveTakenEffect)
        {
            throw new StreamEngineException(error.Code, error.Message, mayHaveTakenEffect: true, error);
        }
    }

    private static async ValueTask<SettlementOutcome> SettleLargeAsync(RedisConnection connection, SettleRequest request, Settlement letter, CancellationToken cancellation)
    {
        var outcome = new SettlementOutcome[1];
        // Whether it is the owner's, and the name its holder's.
        var renewal = request with { Settlements = new[] { Settlement.Renew(letter.Id) } };
        await SettleByScriptAsync(connection, renewal, hasLetters: false, outcome, cancellation);
        if (outcome[0] != SettlementOutcome.Done)
            return outcome[0];
        await connection.AppendAsync(Arguments.Take().Key(request.DeadLetterStream).Text("*").Fields(letter.DeadLetterFields), cancellation);
        var acknowledgement = request with { Settlements = new[] { Settlement.Acknowledge(letter.Id) } };
        await SettleByScriptAsync(connection, acknowledgement, hasLetters: false, outcome, CancellationToken.None);
        return outcome[0];
    }

    private static int IndexOfLarge(ReadOnlySpan<Settlement> settlements)
    {
        for (var i = 0; i < settlements.Length; i++)
        {
            if (settlements[i].Kind == SettlementKind.DeadLetter && 2 * settlements[i].DeadLetterFields.Count > Script.MostParts)
                return i;
        }
        return -1;
    }

    // Mostly there are acknowledgements alone, and nobody else has any of the entries: then much less is asked of the server.
    private static async ValueTask<bool> AcknowledgeAsync(
        RedisConnection connection, SettleRequest request, Memory<SettlementOutcome> outcomes, CancellationToken cancellation)
    {
        if (request.Settlements.Length > MaxAcknowledged || Ascending(request.Settlements.Span) is not { } ids)
            return false;
        var arguments = new Arguments().Name(request.Group).Name(request.Owner).Name(request.Holder).Ids(ids);
        var acknowledged = (int)await connection.CountAsync(Script.Acknowledge, NameCommands.KeysOf(request.Stream, request.Holder), arguments, cancellation);
        if (acknowledged < 0)
            return false;
        var others = ids.Length - acknowledged;
        outcomes.Span[..others].Fill(SettlementOutcome.NotPending);
        // Done is the default.
        outcomes.Span[others..ids.Length].Clear();
        return true;
    }

    // The ids in order, or null where there is something else to be done, or an id comes twice.
    private static StreamEntryId[]? Ascending(ReadOnlySpan<Settlement> settlements)
    {
        var ids = new StreamEntryId[settlements.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            if (settlements[i].Kind != SettlementKind.Acknowledge)
                return null;
            ids[i] = settlements[i].Id;
        }
        Array.Sort(ids);
        for (var i = 1; i < ids.Length; i++)
        {
            if (ids[i] == ids[i - 1])
                return null;
        }
        return ids;
    }

    private static Arguments ArgumentsOf(SettleRequest request)
    {
        var settlements = request.Settlements.Span;
        var (least, most) = (StreamEntryId.MaxValue, StreamEntryId.MinValue);
        foreach (var settlement in settlements)
        {
            least = settlement.Id < least ? settlement.Id : least;
            most = settlement.Id > most ? settlement.Id : most;
        }
        var words = new Arguments().Name(request.Group).Name(request.Owner).Name(request.Holder).Id(least).Id(most).Number(settlements.Length);
        var ids = new StreamEntryId[settlements.Length];
        for (var (i, first) = (0, 0); i < settlements.Length; i++)
        {
            var (kind, letter) = (settlements[i].Kind, settlements[i].DeadLetterFields);
            ids[i] = settlements[i].Id;
            if (kind != SettlementKind.DeadLetter && i + 1 < settlements.Length && settlements[i + 1].Kind == kind)
                continue;
            words.Text(WordOf(kind)).Joined(ids.AsSpan(first..(i + 1)));
            first = i + 1;
            if (kind == SettlementKind.DeadLetter)
                words.Number(2 * letter.Count).Fields(letter);
        }
        return words;
    }

    private static string WordOf(SettlementKind kind) => kind switch
    {
        SettlementKind.Acknowledge => "ACK",
        SettlementKind.AcknowledgeAndDelete => "DELETE",
        SettlementKind.Renew => "RENEW",
        SettlementKind.Release => "RELEASE",
        SettlementKind.ReleaseUnstarted => "UNSTARTED",
        _ => "DEAD",
    };

    /// <returns>Whether there are any.</returns>
    private static bool CheckDeadLetters(SettleRequest request)
    {
        var any = false;
        foreach (var settlement in request.Settlements.Span)
        {
            if (settlement.Kind != SettlementKind.DeadLetter)
                continue;
            any = true;
            if (settlement.DeadLetterFields.EncodedLength == 0)
                throw RedisError.NoFields;
        }
        if (any && (request.DeadLetterStream.IsEmpty || HashSlot.Of(request.DeadLetterStream.Bytes) != HashSlot.Of(request.Stream.Bytes)))
        {
            throw new StreamEngineException(
                StreamErrorCode.InvalidArgument,
                $"ERR the dead-letter stream '{request.DeadLetterStream}' must be of the same hash slot as the stream '{request.Stream}', such as its companion");
        }
        return any;
    }
}
