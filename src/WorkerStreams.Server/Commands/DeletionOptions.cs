using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>What follows on the names of XDELEX and XACKDEL, in any order.</summary>
/// <param name="References">What is done about groups that refer to the entries.</param>
/// <param name="FirstId">The word that is the first id.</param>
/// <param name="Count">The number of ids.</param>
internal readonly record struct DeletionOptions(EntryReferences References, int FirstId, int Count)
{
    /// <param name="request">The words.</param>
    /// <param name="first">The first of the options.</param>
    /// <exception cref="CommandException">They are no good.</exception>
    public static DeletionOptions Parse(Request request, int first)
    {
        var (references, ids, count) = (default(EntryReferences?), 0, 0L);
        for (var i = first; i < request.Count; i++)
        {
            if (references is null && request.TryReferences(i, out var given))
            {
                references = given;
                continue;
            }
            // Of several the last counts.
            if (i + 1 == request.Count || !request.Is(i, "IDS"u8))
                throw CommandException.Syntax();
            count = request.Number(i + 1, "Number of IDs must be a positive integer");
            if (count < 1)
                throw new CommandException("ERR Number of IDs must be a positive integer");
            ids = i + 2;
            if (count > request.Count - ids)
                throw new CommandException("ERR The `numids` parameter must match the number of arguments");
            i = ids + (int)count - 1;
        }
        return ids > 0 ? new(references ?? EntryReferences.Keep, ids, (int)count) : throw new CommandException("ERR IDS option is required");
    }
}
