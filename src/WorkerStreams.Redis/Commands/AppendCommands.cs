using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;
using WorkerStreams.Redis.Scripts;

namespace WorkerStreams.Redis.Commands;

/// <summary>XADD.</summary>
internal static class AppendCommands
{
    // A script keeps the server from all else while it runs.
    private const int EntriesPerScript = 256, BytesPerScript = 1 << 20;

    /// <summary>Appends one entry; its bytes are copied before this returns.</summary>
    public static ValueTask<StreamEntryId?> AppendAsync(
        IAppendConnection connection, StreamName stream, in AppendEntry entry, AppendOptions options, CancellationToken cancellation)
    {
        var words = Begin(stream, options);
        words.Text(entry.Id.ToString()).Fields(entry.Fields);
        return connection.AppendAsync(words, cancellation);
    }

    /// <summary>Appends one entry that is to be appended once; its bytes are copied before this returns.</summary>
    public static ValueTask<StreamEntryId?> AppendOnceAsync(
        IAppendConnection connection, StreamName stream, in AppendEntry entry, IdempotencyKey key, AppendOptions options, CancellationToken cancellation)
    {
        var words = Begin(stream, options);
        if (key.Id is { } id)
            words.Text("IDMP").Name(key.Producer).Name(id);
        else
            words.Text("IDMPAUTO").Name(key.Producer);
        words.Text(entry.Id.ToString()).Fields(entry.Fields);
        return connection.AppendAsync(words, cancellation);
    }

    /// <summary>Appends by a script as many entries at once as may be, so that who waits is served with all of them. Once begun it is not cancelled.</summary>
    public static async ValueTask AppendAsync(
        IAppendConnection connection, StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        while (!entries.IsEmpty)
        {
            var count = CountForScript(entries.Span);
            try
            {
                if (count > 0)
                    await AppendByScriptAsync(connection, stream, entries[..count], results, options);
                else
                    await AppendAloneAsync(connection, stream, entries, results, options);
            }
            catch (StreamEngineException error)
            {
                var status = error.MayHaveTakenEffect ? AppendStatus.MaybeStored : AppendStatus.NotStored;
                results.Span[..Math.Max(1, count)].Fill(new(status, default, error));
            }
            (entries, results) = (entries[Math.Max(1, count)..], results[Math.Max(1, count)..]);
        }
    }

    private static Arguments Begin(StreamName stream, AppendOptions options)
    {
        var words = Arguments.Take();
        words.Key(stream);
        if (!options.CreateStream)
            words.Text("NOMKSTREAM");
        if (options.Trim is { } trim)
            words.Options(StreamCommands.TrimOptions(trim));
        return words;
    }

    private static async ValueTask AppendAloneAsync(
        IAppendConnection connection, StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions options)
    {
        var id = await AppendAsync(connection, stream, entries.Span[0], options, CancellationToken.None);
        results.Span[0] = id is { } stored ? new(AppendStatus.Stored, stored) : new(AppendStatus.NoStream, default);
    }

    private static async ValueTask AppendByScriptAsync(
        IAppendConnection connection, StreamName stream, ReadOnlyMemory<AppendEntry> entries, Memory<AppendResult> results, AppendOptions options)
    {
        var (before, trimming) = (OptionsOf(options), options.Trim is { } trim ? StreamCommands.TrimOptions(trim) : new());
        var arguments = new Arguments().Number(before.Count).Number(trimming.Count).Options(before).Options(trimming);
        foreach (ref readonly var entry in entries.Span)
            arguments.Text(entry.Id.ToString()).Number(2 * entry.Fields.Count).Fields(entry.Fields);
        var reply = await connection.AppendManyAsync(new Arguments().Key(stream), arguments, CancellationToken.None);
        for (var i = 0; i < entries.Length; i++)
            results.Span[i] = ResultOf(reply[i]);
    }

    private static AppendResult ResultOf(RedisResult reply) => (string?)reply switch
    {
        null => new(AppendStatus.NoStream, default),
        // A RESP listener's alone, of an error that says so, too.
        ['?', .. var refusal] => new(AppendStatus.MaybeStored, default, RedisError.OfServer(refusal)),
        ['-', .. var refusal] => new(AppendStatus.NotStored, default, RedisError.OfServer(refusal)),
        var id => new(AppendStatus.Stored, StreamEntryId.Parse(id)),
    };

    // How many of the entries go into one script; 0 where the first has more fields than that can take.
    private static int CountForScript(ReadOnlySpan<AppendEntry> entries)
    {
        var (count, bytes) = (0, 0L);
        while (count < Math.Min(entries.Length, EntriesPerScript) && bytes < BytesPerScript && 2 * entries[count].Fields.Count <= Script.MostParts)
            bytes += entries[count++].Fields.EncodedLength;
        return count;
    }

    private static Arguments OptionsOf(AppendOptions options) => options.CreateStream ? new() : new Arguments().Text("NOMKSTREAM");
}
