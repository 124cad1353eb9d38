using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Commands;

/// <summary>What stands before the fields of XADD, and all that XTRIM has.</summary>
/// <param name="Trim">The trimming, if any.</param>
/// <param name="CreateStream">False with NOMKSTREAM.</param>
/// <param name="Id">The id asked for.</param>
/// <param name="Next">The word after all this.</param>
internal readonly record struct TrimOptions(StreamTrim? Trim, bool CreateStream, NewEntryId Id, int Next)
{
    /// <summary>By what the append is known, if it is to be done once.</summary>
    public IdempotencyKey? Key { get; private init; }

    /// <exception cref="CommandException">The options are no good.</exception>
    public static TrimOptions Parse(Request request, bool isAppend, int first = 2)
    {
        var (options, trimming) = (new TrimOptions(null, true, default, request.Count), default(Trimming));
        for (var i = first; i < request.Count; i++)
        {
            var hasMore = i + 1 < request.Count;
            if (isAppend && request[i].SequenceEqual("*"u8))
            {
                options = options with { Next = i + 1 };
                break;
            }
            if (hasMore && (request.Is(i, "MAXLEN"u8) || request.Is(i, "MINID"u8)))
            {
                i = trimming.ParseThreshold(request, i);
            }
            else if (hasMore && request.Is(i, "LIMIT"u8))
            {
                trimming.Limit = request.Number(++i);
                if (trimming.Limit < 0)
                    throw new CommandException("ERR The LIMIT argument must be >= 0.");
            }
            else if (isAppend && request.Is(i, "NOMKSTREAM"u8))
            {
                options = options with { CreateStream = false };
            }
            else if (isAppend && Idempotency.Is(request, i))
            {
                options = options.Key is null ? options with { Key = Idempotency.Parse(request, ref i) } : throw Idempotency.Twice();
            }
            else if (trimming.References is null && request.TryReferences(i, out var references))
            {
                trimming.References = references;
            }
            else if (isAppend)
            {
                options = options with { Id = request.NewId(i), Next = i + 1 };
                break;
            }
            else
            {
                throw CommandException.Syntax();
            }
        }
        if (options.Key is not null && options.Id.Kind != NewEntryIdKind.Auto)
            throw Idempotency.NeedsAutoId();
        return options with { Trim = trimming.Complete(isAppend) };
    }

    private struct Trimming
    {
        private bool _isApproximate;
        private long? _length;
        private StreamEntryId? _minId;

        public long? Limit { get; set; }

        public EntryReferences? References { get; set; }

        /// <returns>The word that the threshold is.</returns>
        public int ParseThreshold(Request request, int index)
        {
            if (_length is not null || _minId is not null)
                throw new CommandException("ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
            var byLength = request.Is(index, "MAXLEN"u8);
            _isApproximate = false;
            if (++index + 1 < request.Count && request[index] is [(byte)'~' or (byte)'='])
                _isApproximate = request[index++][0] == '~';
            if (!byLength)
                _minId = request.Id(index);
            else if ((_length = request.Number(index)) < 0)
                throw new CommandException("ERR The MAXLEN argument must be >= 0.");
            return index;
        }

        public readonly StreamTrim? Complete(bool isAppend)
        {
            var isMissing = _length is null && _minId is null;
            if (Limit > 0 && isMissing)
                throw new CommandException("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
            if (!isAppend && isMissing)
                throw new CommandException("ERR syntax error, XTRIM must be called with a trimming strategy");
            if (Limit is not null && !_isApproximate)
                throw new CommandException("ERR syntax error, LIMIT cannot be used without the special ~ option");
            var trim = _length is { } length ? StreamTrim.MaxLength(length, _isApproximate, Limit)
                : _minId is { } minId ? StreamTrim.MinId(minId, _isApproximate, Limit)
                : null;
            return trim is not null && References is { } references ? trim with { References = references } : trim;
        }
    }
}
