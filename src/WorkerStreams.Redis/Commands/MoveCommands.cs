using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Replies;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Commands;

/// <summary>Entries that leave one stream for another: XADD and XDEL in one script.</summary>
internal static class MoveCommands
{
    public static async ValueTask MoveAsync(RedisConnection connection, MoveRequest request, Memory<StreamEntryId?> newIds, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var asCommand = connection.HasOwnCommands;
        var (keys, arguments) = (new Arguments().Key(request.Source).Key(request.Destination), ArgumentsOf(request, asCommand));
        if (request.Entries.IsEmpty)
            return;
        var reply = await connection.RunAsync(Script.Move, keys, arguments, asCommand, cancellation);
        for (var i = 0; i < request.Entries.Length; i++)
            newIds.Span[i] = reply[i].IsNull ? null : EntryReply.IdOf(reply[i]);
    }

    private static Arguments ArgumentsOf(MoveRequest request, bool asCommand)
    {
        if (HashSlot.Of(request.Source.Bytes) != HashSlot.Of(request.Destination.Bytes))
        {
            throw new StreamEngineException(
                StreamErrorCode.InvalidArgument,
                $"ERR the stream '{request.Destination}' must be of the same hash slot as the stream '{request.Source}' that entries leave for it, such as its companion");
        }
        var words = new Arguments();
        foreach (ref readonly var entry in request.Entries.Span)
        {
            if (entry.Fields.EncodedLength == 0)
                throw RedisError.NoFields;
            var parts = 2 * entry.Fields.Count;
            if (parts > Script.MostParts && !asCommand)
            {
                throw new StreamEngineException(
                    StreamErrorCode.EntryTooLarge, $"ERR the entry {entry.Id} of '{request.Source}' has {parts / 2} fields. Allowed for a move: {Script.MostParts / 2}.");
            }
            words.Id(entry.Id).Number(parts).Fields(entry.Fields);
        }
        return words;
    }
}
