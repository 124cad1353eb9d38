using System.Diagnostics.CodeAnalysis;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>The options of XREAD and XREADGROUP.</summary>
internal sealed class ReadOptions
{
    // What the engine takes; whoever waits for longer waits without end.
    private const long LongestWait = uint.MaxValue - 1;

    private long? _block;
    private long _count;
    private bool _noAcknowledge;
    private long? _minIdle;

    /// <summary>The word that names the group, before the one that names the consumer; 0 with XREAD.</summary>
    public int Group { get; private set; }

    /// <summary>The word that names the first stream.</summary>
    public int FirstKey { get; private set; }

    /// <summary>The number of streams.</summary>
    public int Streams { get; private set; }

    /// <param name="request">The words.</param>
    /// <param name="isGroup">Whether it is XREADGROUP.</param>
    /// <param name="now">In milliseconds since 1970.</param>
    /// <exception cref="CommandException">The options are no good.</exception>
    public static ReadOptions Parse(Request request, bool isGroup, long now)
    {
        var options = new ReadOptions();
        for (var i = 1; i < request.Count && options.FirstKey == 0; i++)
            i = options.ParseOption(request, i, isGroup, now);
        if (options.FirstKey == 0)
            throw CommandException.Syntax();
        if (isGroup && options.Group == 0)
            throw new CommandException("ERR Missing GROUP option for XREADGROUP");
        return options;
    }

    /// <summary>A position that says nothing to a group.</summary>
    public static CommandException MeaninglessInGroup(char sign) => new(
        $"ERR The {sign} ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, "
        + $"or use the > ID to get new messages. The {sign} ID would just return an empty result set.");

    /// <param name="session">Who asks.</param>
    /// <param name="request">The words.</param>
    /// <param name="streams">The streams and where to read them from.</param>
    /// <param name="bad">The stream whose id is none, or whose key holds something else.</param>
    /// <returns>False where there is one.</returns>
    public bool TryParseStreams(Session session, Request request, [NotNullWhen(true)] out StreamPosition[]? streams, out int bad)
    {
        streams = new StreamPosition[Streams];
        for (bad = 0; bad < Streams; bad++)
        {
            var key = session.AnyKey(request[FirstKey + bad]);
            if (session.Keys.Find(key) is not null || !TryParsePosition(request[FirstKey + Streams + bad], out var position))
                return false;
            // In order with ids that are none, which the engine does not hear of.
            if (position.Kind == ReadPositionKind.Undelivered && Group == 0)
                throw new CommandException("ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.");
            streams[bad] = new(key, position);
        }
        return true;
    }

    /// <summary>The read that is asked for.</summary>
    public ReadRequest Request(Session session, Request request, StreamPosition[] streams)
    {
        var (count, block) = (_count == 0 ? null : Words.Limit(_count), _block is { } wait && !session.IsExecuting ? Wait(wait) : default(TimeSpan?));
        return Group == 0
            ? new ReadRequest { Streams = streams, Count = count, Block = block }
            : new ReadGroupRequest
            {
                Streams = streams,
                Count = count,
                Block = block,
                Group = session.Name(request[Group]),
                Consumer = session.Name(request[Group + 1]),
                NoAcknowledge = _noAcknowledge,
                ClaimMinIdle = _minIdle is { } minIdle ? Words.Milliseconds(minIdle) : null,
            };
    }

    /// <returns>The last word of the option.</returns>
    private int ParseOption(Request request, int index, bool isGroup, long now)
    {
        var more = request.Count - index - 1;
        if (more > 0 && request.Is(index, "BLOCK"u8))
        {
            _block = request.Number(index + 1, "timeout is not an integer or out of range");
            return _block < 0 ? throw new CommandException("ERR timeout is negative")
                : _block > long.MaxValue - now ? throw new CommandException("ERR timeout is out of range")
                : index + 1;
        }
        if (more > 0 && request.Is(index, "COUNT"u8))
        {
            _count = Math.Max(request.Number(index + 1), 0);
            return index + 1;
        }
        if (more > 0 && request.Is(index, "STREAMS"u8))
        {
            (FirstKey, Streams) = (index + 1, more / 2);
            return more % 2 == 0 ? index : throw Unbalanced(isGroup);
        }
        if (more > 1 && request.Is(index, "GROUP"u8))
        {
            Group = isGroup ? index + 1 : throw OnlyOfGroup("GROUP");
            return index + 2;
        }
        if (more > 0 && request.Is(index, "CLAIM"u8))
        {
            if (!isGroup)
                throw OnlyOfGroup("CLAIM");
            _minIdle = request.Number(index + 1, "min-idle-time is not an integer or out of range");
            return _minIdle >= 0 ? index + 1 : throw new CommandException("ERR min-idle-time must be a positive integer");
        }
        if (!request.Is(index, "NOACK"u8))
            throw CommandException.Syntax();
        _noAcknowledge = isGroup ? true : throw OnlyOfGroup("NOACK");
        return index;
    }

    private static TimeSpan Wait(long milliseconds) => milliseconds > LongestWait ? TimeSpan.Zero : TimeSpan.FromMilliseconds(milliseconds);

    private static bool TryParsePosition(ReadOnlySpan<byte> text, out ReadPosition position)
    {
        switch (text)
        {
            case [(byte)'>']:
                position = ReadPosition.Undelivered;
                return true;
            case [(byte)'$']:
                position = ReadPosition.End;
                return true;
            case [(byte)'+']:
                position = ReadPosition.Last;
                return true;
            default:
                var isId = Words.TryParseId(text, 0, out var id);
                position = ReadPosition.After(id);
                return isId;
        }
    }

    private static CommandException OnlyOfGroup(string option) => new($"ERR The {option} option is only supported by XREADGROUP. You called XREAD instead.");

    private static CommandException Unbalanced(bool isGroup) => new(isGroup
        ? "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified."
        : "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.");
}
