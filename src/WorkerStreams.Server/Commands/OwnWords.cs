using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The words of one of our own commands: after its name the number of its keys, the keys, and its arguments, as EVALSHA has them.</summary>
/// <param name="Session">Who asks.</param>
/// <param name="Request">All words.</param>
/// <param name="Keys">The number of keys.</param>
internal readonly record struct OwnWords(Session Session, Request Request, int Keys)
{
    private const int FirstKey = 2;

    /// <summary>The number of arguments.</summary>
    public int Count => Request.Count - FirstArgument;

    public int FirstArgument => FirstKey + Keys;

    public ReadOnlySpan<byte> this[int argument] => Request[FirstArgument + argument];

    /// <exception cref="CommandException">There are too few or too many of them.</exception>
    public static OwnWords Parse(Session session, Request request, string command, int leastKeys, int mostKeys, int leastArguments)
    {
        var keys = request.Number(1);
        if (keys < leastKeys || keys > mostKeys)
            throw new CommandException($"ERR wrong number of keys for '{command}' command");
        if (request.Count - FirstKey - keys < leastArguments)
            throw CommandException.Arity(command);
        return new(session, request, (int)keys);
    }

    public ReadOnlySpan<byte> KeyBytes(int key) => Request[FirstKey + key];

    /// <exception cref="CommandException">There is something else than a stream.</exception>
    public StreamName Stream(int key) => Session.Key(KeyBytes(key));

    public StreamName Name(int argument) => Session.Name(this[argument]);

    public bool Is(int argument, ReadOnlySpan<byte> word) => Request.Is(FirstArgument + argument, word);

    /// <exception cref="CommandException">It is no number.</exception>
    public long Number(int argument) => Request.Number(FirstArgument + argument);

    /// <exception cref="CommandException">It is no number.</exception>
    public TimeSpan Milliseconds(int argument) => Words.Milliseconds(Number(argument));

    /// <exception cref="CommandException">It is none.</exception>
    public StreamEntryId Id(int argument) => Request.Id(FirstArgument + argument);

    /// <summary>Ids apart by blanks, put behind those of a list.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="CommandException">One of them is none.</exception>
    public int AddIds(int argument, List<StreamEntryId> ids)
    {
        var text = this[argument];
        var before = ids.Count;
        foreach (var part in text.Split((byte)' '))
        {
            if (text[part].IsEmpty)
                continue;
            ids.Add(Words.TryParseId(text[part], 0, out var id) ? id : throw CommandException.InvalidId());
        }
        return ids.Count - before;
    }

    /// <summary>The number of an entry's names and values, and these.</summary>
    /// <param name="argument">The number, and then what follows on them.</param>
    /// <exception cref="CommandException">There are none, or not so many.</exception>
    public EntryFields Fields(ref int argument)
    {
        var count = Number(argument++);
        if (count < 2 || count % 2 != 0 || count > Count - argument)
            throw CommandException.Arity("xadd");
        var fields = new EntryFieldsWriter(LengthOf(argument, (int)count));
        for (var end = argument + (int)count; argument < end; argument += 2)
            fields.Add(this[argument], this[argument + 1]);
        return fields.Written;
    }

    private int LengthOf(int first, int count)
    {
        var length = 0;
        for (var i = first; i < first + count; i++)
            length += sizeof(int) + this[i].Length;
        return length;
    }
}
