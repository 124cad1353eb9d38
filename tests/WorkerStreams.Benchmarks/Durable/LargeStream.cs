using System.Buffers.Binary;
using System.Diagnostics;
using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>A stream that is larger than the memory it may take.</summary>
/// <param name="Appended">Entries a second, a hundred in a command.</param>
/// <param name="Read">Entries a second, a hundred in a command, each acknowledged.</param>
/// <param name="MostMemory">The most bytes that the streams took.</param>
/// <param name="Start">The time of a start afterwards, in seconds.</param>
internal sealed record LargeStream(double Appended, double Read, long MostMemory, double Start)
{
    private const int PayloadBytes = 1_000;
    private const int BatchSize = 100;

    private static readonly StreamName s_stream = "orders";
    private static readonly StreamName s_group = "workers";

    /// <summary>Fills it, lets a group read all of it, and makes the engine anew.</summary>
    public static async Task<LargeStream> MeasureAsync(string folder, long bytes, long maxMemory)
    {
        var options = new InProcessEngineOptions { DataDirectory = folder, MaxMemory = maxMemory };
        var (entries, most) = (bytes / PayloadBytes / BatchSize * BatchSize, 0L);
        double appended, read;
        using (var engine = new InProcessStreamEngine(options))
        {
            await engine.CreateGroupAsync(s_stream, s_group, GroupPosition.Beginning, createStream: true);
            appended = await RateAsync(() => AppendAsync(engine, entries, used => most = Math.Max(most, used)));
            read = await RateAsync(() => ReadAsync(engine, entries, used => most = Math.Max(most, used)));
        }
        var begun = Stopwatch.GetTimestamp();
        using var again = new InProcessStreamEngine(options);
        var start = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        if (await again.GetLengthAsync(s_stream) != entries || (await again.GetPendingSummaryAsync(s_stream, s_group)).Count != 0)
            throw new InvalidOperationException("The stream is not what it was.");
        return new(appended, read, most, start);

        async Task<double> RateAsync(Func<Task> run)
        {
            var watch = Stopwatch.StartNew();
            await run();
            return entries / watch.Elapsed.TotalSeconds;
        }
    }

    private static async Task AppendAsync(InProcessStreamEngine engine, long entries, Action<long> used)
    {
        var (payload, batch, results) = (new byte[PayloadBytes], new AppendEntry[BatchSize], new AppendResult[BatchSize]);
        for (var number = 0L; number < entries;)
        {
            for (var i = 0; i < BatchSize; i++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(payload, number++);
                var writer = new EntryFieldsWriter();
                writer.Add("data"u8, payload);
                batch[i] = new(writer.Written);
            }
            await engine.AppendAsync(s_stream, batch, results);
            if (Array.Find(results, static result => result.Error is not null).Error is { } error)
                throw error;
            used(engine.UsedMemory);
        }
    }

    private static async Task ReadAsync(InProcessStreamEngine engine, long entries, Action<long> used)
    {
        var request = new ReadGroupRequest { Group = s_group, Consumer = "one", Count = BatchSize, Streams = [new(s_stream, ReadPosition.Undelivered)] };
        var ids = new StreamEntryId[BatchSize];
        for (var number = 0L; number < entries;)
        {
            using var read = await engine.ReadGroupAsync(request);
            for (var i = 0; i < read.Count; i++)
            {
                ids[i] = read.Entries[i].Id;
                if (!read.Entries[i].Fields.TryGetValue("data"u8, out var payload) || BinaryPrimitives.ReadInt64LittleEndian(payload) != number++)
                    throw new InvalidOperationException($"Entry {number} is not what was appended.");
            }
            await engine.AcknowledgeAsync(s_stream, s_group, ids.AsMemory(0, read.Count));
            used(engine.UsedMemory);
        }
    }
}
