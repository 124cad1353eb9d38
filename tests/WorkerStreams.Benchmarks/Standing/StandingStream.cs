using System.Diagnostics;
using WorkerStreams.Benchmarks.Harness;
using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Standing;

/// <summary>
/// A stream whose length and whose number of pending entries stand still: each step reads a hundred new entries and acknowledges
/// a hundred pending ones, which counts, then appends and trims a hundred, which does not. The group stands in the stream's middle.
/// </summary>
internal sealed class StandingStream : IContestant, IDisposable
{
    private const int BatchSize = 100;

    private readonly InProcessStreamEngine _engine = new();
    private readonly StreamName _stream = "orders";
    private readonly ReadGroupRequest _read;
    private readonly AppendOptions _keepLength;
    private readonly AppendEntry[] _entries = new AppendEntry[BatchSize];
    private readonly AppendResult[] _results = new AppendResult[BatchSize];
    private readonly StreamEntryId[] _pending;
    private readonly StreamEntryId[] _ids = new StreamEntryId[BatchSize];
    private readonly Random? _random;
    private int _next;

    private StandingStream(int length, int pending, AcknowledgeOrder order)
    {
        _read = new() { Streams = [new(_stream, ReadPosition.Undelivered)], Group = "billing", Consumer = "worker-1", Count = BatchSize };
        _keepLength = new() { Trim = StreamTrim.MaxLength(length, approximate: true) };
        _pending = new StreamEntryId[pending];
        _random = order == AcknowledgeOrder.Random ? new Random(1) : null;
        Array.Fill(_entries, new(EntryFields.Of(("line", "1"))));
    }

    /// <summary>A stream of this length, half of it delivered, the newest part of that pending. All are multiples of 100.</summary>
    public static async Task<StandingStream> CreateAsync(int length, int pending, AcknowledgeOrder order)
    {
        var standing = new StandingStream(length, pending, order);
        await standing._engine.CreateGroupAsync(standing._stream, standing._read.Group, GroupPosition.Beginning, createStream: true);
        for (var i = 0; i < length; i += BatchSize)
            await standing.AppendAsync();
        for (var toRead = length / 2; toRead > 0; toRead -= BatchSize)
        {
            var next = standing.NextInOrder();
            await standing.ReadAsync(next);
            if (toRead > pending)
                await standing.AcknowledgeAsync(next);
        }
        return standing;
    }

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        for (var done = 0; done < messages; done += BatchSize)
        {
            watch.Stop();
            await AppendAsync();
            var next = _random is null ? NextInOrder() : NextAtRandom(_random);
            next.CopyTo(_ids);
            watch.Start();
            await AcknowledgeAsync(_ids);
            await ReadAsync(_ids);
            watch.Stop();
            _ids.CopyTo(next);
            watch.Start();
        }
    }

    public void Dispose() => _engine.Dispose();

    private async ValueTask AppendAsync()
    {
        await _engine.AppendAsync(_stream, _entries, _results, _keepLength);
        foreach (var result in _results)
        {
            if (result.Status != AppendStatus.Stored)
                throw new InvalidOperationException("An entry was not stored.", result.Error);
        }
    }

    private async ValueTask AcknowledgeAsync(Memory<StreamEntryId> ids)
    {
        if (await _engine.AcknowledgeAsync(_stream, _read.Group, ids) != BatchSize)
            throw new InvalidOperationException("An entry was not pending.");
    }

    private async ValueTask ReadAsync(Memory<StreamEntryId> ids)
    {
        using var batch = await _engine.ReadGroupAsync(_read);
        for (var i = 0; i < BatchSize; i++)
            ids.Span[i] = batch.Entries[i].Id;
    }

    private Memory<StreamEntryId> NextInOrder()
    {
        var next = _pending.AsMemory(_next, BatchSize);
        _next = (_next + BatchSize) % _pending.Length;
        return next;
    }

    private Memory<StreamEntryId> NextAtRandom(Random random)
    {
        for (var i = 0; i < BatchSize; i++)
        {
            var other = random.Next(i, _pending.Length);
            (_pending[i], _pending[other]) = (_pending[other], _pending[i]);
        }
        return _pending.AsMemory(0, BatchSize);
    }
}

/// <summary>Which of the pending entries are acknowledged.</summary>
internal enum AcknowledgeOrder
{
    /// <summary>Those delivered first.</summary>
    OldestFirst,

    /// <summary>Any.</summary>
    Random,
}
