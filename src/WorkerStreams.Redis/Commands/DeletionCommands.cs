using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Commands;

/// <summary>XDELEX and XACKDEL, by a script, which servers before 8.2 run too.</summary>
internal static class DeletionCommands
{
    // A script keeps the server from all else while it runs.
    private const int IdsPerScript = 10_000;

    public static ValueTask DeleteAsync(
        RedisConnection connection, StreamName stream, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes,
        CancellationToken cancellation) =>
        RunAsync(connection, stream, new Arguments().Text(WordOf(references)).Text("XDELEX").Text(""), ids, outcomes, cancellation);

    public static ValueTask AcknowledgeAsync(
        RedisConnection connection, StreamName stream, StreamName group, ReadOnlyMemory<StreamEntryId> ids, EntryReferences references, Memory<DeletionOutcome> outcomes,
        CancellationToken cancellation) =>
        RunAsync(connection, stream, new Arguments().Text(WordOf(references)).Text("XACKDEL").Name(group), ids, outcomes, cancellation);

    /// <summary>The word of a policy.</summary>
    public static string WordOf(EntryReferences references) => references switch
    {
        EntryReferences.Keep => "KEEPREF",
        EntryReferences.Delete => "DELREF",
        _ => "ACKED",
    };

    private static async ValueTask RunAsync(
        RedisConnection connection, StreamName stream, Arguments words, ReadOnlyMemory<StreamEntryId> ids, Memory<DeletionOutcome> outcomes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var asCommand = connection.HasOwnCommands;
        if (ids.Length > IdsPerScript && !asCommand)
            throw new StreamEngineException(StreamErrorCode.InvalidArgument, $"ERR {ids.Length} ids are too many for one step. Allowed: {IdsPerScript}.");
        var reply = (byte[])(await connection.RunAsync(Script.Delete, new Arguments().Key(stream), new Arguments().Options(words).Joined(ids.Span), asCommand, cancellation))!;
        for (var i = 0; i < ids.Length; i++)
            outcomes.Span[i] = (DeletionOutcome)(reply[i] - '0');
    }
}
