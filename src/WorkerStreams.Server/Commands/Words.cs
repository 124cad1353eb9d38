using System.Globalization;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>Reads ids, bounds and numbers from the words of a command, as Redis reads them.</summary>
internal static class Words
{
    private const int MaxId = 127;

    /// <exception cref="CommandException">It is no whole number of 64 bits.</exception>
    public static long Number(this Request request, int index, string? error = null) =>
        Integer.TryParse(request[index], out var number) ? number : throw (error is null ? CommandException.NotInteger() : new("ERR " + error));

    /// <exception cref="CommandException">It is no whole number of 32 bits.</exception>
    public static int ShortNumber(this Request request, int index, string? error = null) =>
        request.Number(index, error) is >= int.MinValue and <= int.MaxValue and var number ? (int)number
        : throw new CommandException("ERR " + (error ?? $"value is out of range, value must between {int.MinValue} and {int.MaxValue}"));

    /// <summary>A cursor: digits, before which Redis lets white space and a sign be.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static ulong Cursor(this Request request, int index)
    {
        var text = request[index];
        if (Integer.TryParse(text, out var number) && number < 0)
            throw new CommandException("ERR invalid cursor");
        text = text.TrimStart(" \t\n\v\f\r"u8);
        var isNegative = text is [(byte)'-', ..];
        if (!TryParsePart(isNegative || text is [(byte)'+', ..] ? text[1..] : text, out var cursor))
            throw new CommandException("ERR invalid cursor");
        return isNegative ? 0 - cursor : cursor;
    }

    /// <summary>An id; <c>-</c> and <c>+</c> are none.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static StreamEntryId Id(this Request request, int index) => TryParseId(request[index], 0, out var id) ? id : throw CommandException.InvalidId();

    /// <summary>An id, <c>-</c> or <c>+</c>.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static StreamEntryId IdOrEnd(this Request request, int index) => IdOrEnd(request[index], 0);

    /// <summary>Ids from one word to another.</summary>
    /// <returns>False where one of them is none.</returns>
    public static bool TryParseIds(this Request request, int first, Span<StreamEntryId> ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (!TryParseId(request[first + i], 0, out ids[i]))
                return false;
        }
        return true;
    }

    /// <summary>The beginning of an interval: <c>-</c>, <c>+</c>, an id or <c>(id</c>.</summary>
    /// <exception cref="CommandException">It is none, or nothing comes after it.</exception>
    public static StreamEntryId Start(this Request request, int index)
    {
        var bound = Bound(request[index], 0);
        return !bound.Exclusive ? bound.Id : bound.Id.TryIncrement(out var next) ? next : throw new CommandException("ERR invalid start ID for the interval");
    }

    /// <summary>The end of an interval; an id without a sequence is the greatest of its millisecond.</summary>
    /// <exception cref="CommandException">It is none, or nothing comes before it.</exception>
    public static StreamEntryId End(this Request request, int index)
    {
        var bound = Bound(request[index], ulong.MaxValue);
        return !bound.Exclusive ? bound.Id : bound.Id.TryDecrement(out var last) ? last : throw new CommandException("ERR invalid end ID for the interval");
    }

    /// <summary>The id asked for a new entry: <c>*</c>, <c>ms-*</c> or an id.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    public static NewEntryId NewId(this Request request, int index)
    {
        var text = request[index];
        if (text.SequenceEqual("*"u8))
            return NewEntryId.Auto;
        if (text.Length <= MaxId && text.EndsWith("-*"u8) && text.IndexOf((byte)'-') == text.Length - 2)
            return TryParsePart(text[..^2], out var milliseconds) ? NewEntryId.AutoSequence(milliseconds) : throw CommandException.InvalidId();
        return request.Id(index);
    }

    /// <summary>KEEPREF, DELREF or ACKED.</summary>
    /// <returns>False where it is none of them.</returns>
    public static bool TryReferences(this Request request, int index, out EntryReferences references)
    {
        references =
            request.Is(index, "DELREF"u8) ? EntryReferences.Delete
            : request.Is(index, "ACKED"u8) ? EntryReferences.OnlyAcknowledged
            : EntryReferences.Keep;
        return references != EntryReferences.Keep || request.Is(index, "KEEPREF"u8);
    }

    /// <summary>A count for the engine: what is more than it takes is no limit.</summary>
    public static int? Limit(long count) => count > int.MaxValue ? null : (int)Math.Max(count, 0);

    /// <summary>A time for the engine.</summary>
    public static TimeSpan Milliseconds(long number) => TimeSpan.FromMilliseconds(Math.Clamp(number, 0, (long)TimeSpan.MaxValue.TotalMilliseconds - 1));

    public static bool TryParseId(ReadOnlySpan<byte> text, ulong missingSequence, out StreamEntryId id)
    {
        id = default;
        if (text.Length is 0 or > MaxId)
            return false;
        var dash = text.IndexOf((byte)'-');
        var sequence = missingSequence;
        if (!TryParsePart(dash < 0 ? text : text[..dash], out var milliseconds) || (dash >= 0 && !TryParsePart(text[(dash + 1)..], out sequence)))
            return false;
        id = new(milliseconds, sequence);
        return true;
    }

    private static RangeBound Bound(ReadOnlySpan<byte> text, ulong missingSequence)
    {
        if (text.Length < 2 || text[0] != '(')
            return new(IdOrEnd(text, missingSequence));
        return TryParseId(text[1..], missingSequence, out var id) ? RangeBound.Excluding(id) : throw CommandException.InvalidId();
    }

    private static StreamEntryId IdOrEnd(ReadOnlySpan<byte> text, ulong missingSequence) => text switch
    {
        [(byte)'-'] => StreamEntryId.MinValue,
        [(byte)'+'] => StreamEntryId.MaxValue,
        _ => TryParseId(text, missingSequence, out var id) ? id : throw CommandException.InvalidId(),
    };

    private static bool TryParsePart(ReadOnlySpan<byte> text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
