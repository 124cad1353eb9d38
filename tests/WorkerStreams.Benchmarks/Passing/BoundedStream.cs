using System.Buffers.Binary;
using WorkerStreams.Engine;

namespace WorkerStreams.Benchmarks.Passing;

/// <summary>
/// A stream kept short by trimming, with one group and one consumer, that takes numbered payloads and reads and acknowledges them by the hundred.
/// </summary>
internal sealed class BoundedStream : IDisposable
{
    public const int BatchSize = 100;

    // Twice what the rival's channel holds: room for what its producer may be ahead, and for whole nodes.
    private static readonly AppendOptions KeepShort = new() { Trim = StreamTrim.MaxLength(2 * ChannelOnTwoThreads.Capacity, approximate: true) };

    private readonly InProcessStreamEngine _engine = new();
    private readonly StreamName _stream = "orders";
    private readonly ReadGroupRequest _read;
    private readonly Appending _appending;
    private readonly Acknowledgement _acknowledgement;
    private readonly SettleRequest _settle;
    private readonly byte[][] _encoded = new byte[BatchSize][];
    private readonly AppendEntry[] _entries = new AppendEntry[BatchSize];
    private readonly AppendResult[] _results = new AppendResult[BatchSize];
    private readonly StreamEntryId[] _ids = new StreamEntryId[BatchSize];
    private readonly Settlement[] _settlements = new Settlement[BatchSize];
    private readonly SettlementOutcome[] _outcomes = new SettlementOutcome[BatchSize];

    private BoundedStream(Appending appending, Acknowledgement acknowledgement)
    {
        _appending = appending;
        _acknowledgement = acknowledgement;
        _read = new()
        {
            Streams = [new(_stream, ReadPosition.Undelivered)],
            Group = "billing",
            Consumer = "worker-1",
            Count = BatchSize,
            Block = Timeout.InfiniteTimeSpan,
        };
        _settle = new() { Stream = _stream, Group = _read.Group, Owner = _read.Consumer, Settlements = _settlements };
        var writer = new EntryFieldsWriter();
        writer.Add("data"u8, new byte[NumberedPayload.Length]);
        for (var i = 0; i < BatchSize; i++)
        {
            _encoded[i] = writer.Written.Encoded.ToArray();
            _entries[i] = new(EntryFields.FromEncoded(_encoded[i]));
        }
    }

    public static async Task<BoundedStream> CreateAsync(Appending appending, Acknowledgement acknowledgement)
    {
        var stream = new BoundedStream(appending, acknowledgement);
        await stream._engine.CreateGroupAsync(stream._stream, stream._read.Group, GroupPosition.Beginning, createStream: true);
        return stream;
    }

    /// <summary>Appends a hundred entries that bear the numbers from <paramref name="next"/> on.</summary>
    public ValueTask AppendBatchAsync(int next)
    {
        foreach (var encoded in _encoded)
            BinaryPrimitives.WriteInt32LittleEndian(encoded.AsSpan(^NumberedPayload.Length..), next++);
        return _appending == Appending.OneByOne ? AppendOneByOneAsync() : AppendTogetherAsync();
    }

    /// <summary>Waits for entries, reads up to a hundred, checks that they bear the numbers from <paramref name="next"/> on, and acknowledges them.</summary>
    /// <returns>How many they were.</returns>
    public async ValueTask<int> ConsumeAsync(int next)
    {
        using var batch = await _engine.ReadGroupAsync(_read);
        foreach (ref readonly var entry in batch.Entries)
        {
            entry.Fields.TryGetValue("data"u8, out var payload);
            NumberedPayload.Check(payload, next++);
        }
        await (_acknowledgement == Acknowledgement.Plain ? AcknowledgeAsync(batch) : SettleAsync(batch));
        return batch.Count;
    }

    public void Dispose() => _engine.Dispose();

    private async ValueTask AppendOneByOneAsync()
    {
        for (var i = 0; i < BatchSize; i++)
        {
            var appending = _engine.AppendAsync(_stream, _entries[i], KeepShort);
            if (!appending.IsCompletedSuccessfully)
                await appending;
        }
    }

    private async ValueTask AppendTogetherAsync()
    {
        await _engine.AppendAsync(_stream, _entries, _results, KeepShort);
        foreach (ref readonly var result in _results.AsSpan())
        {
            if (result.Status != AppendStatus.Stored)
                throw new InvalidOperationException("An entry was not stored.", result.Error);
        }
    }

    private async ValueTask AcknowledgeAsync(EntryBatch batch)
    {
        var entries = batch.Entries;
        for (var i = 0; i < entries.Length; i++)
            _ids[i] = entries[i].Id;
        if (await _engine.AcknowledgeAsync(_stream, _read.Group, _ids.AsMemory(0, batch.Count)) != batch.Count)
            throw new InvalidOperationException("An entry was not pending.");
    }

    private async ValueTask SettleAsync(EntryBatch batch)
    {
        var entries = batch.Entries;
        for (var i = 0; i < entries.Length; i++)
            _settlements[i] = Settlement.Acknowledge(entries[i].Id);
        var request = batch.Count == BatchSize ? _settle : _settle with { Settlements = _settlements.AsMemory(0, batch.Count) };
        await _engine.SettleAsync(request, _outcomes.AsMemory(0, batch.Count));
        foreach (var outcome in _outcomes.AsSpan(0, batch.Count))
        {
            if (outcome != SettlementOutcome.Done)
                throw new InvalidOperationException("An entry was not the consumer's.");
        }
    }
}

/// <summary>How entries are appended.</summary>
internal enum Appending
{
    /// <summary>A command each.</summary>
    OneByOne,

    /// <summary>A command for a hundred.</summary>
    ByHundred,
}

/// <summary>How entries are acknowledged.</summary>
internal enum Acknowledgement
{
    /// <summary>XACK, which asks nobody who owns them.</summary>
    Plain,

    /// <summary>Only what is still the owner's, as the workers do it.</summary>
    ByOwner,
}
