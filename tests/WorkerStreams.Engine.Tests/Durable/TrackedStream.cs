using System.Globalization;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

/// <summary>A stream that one thread works on, and what has to be in it: each answer is checked. An entry's fields follow from its id.</summary>
internal sealed class TrackedStream(StreamName name, Random random)
{
    private static readonly StreamName Group = "g", Consumer = "c";

    // In their order.
    private readonly List<ulong> _entries = [];
    private readonly List<ulong> _pending = [];
    private readonly Queue<(EntryBatch Batch, ulong[] Expected)> _shown = new();
    private ulong _last;
    private ulong _delivered;

    /// <summary>Those of the entries that are there.</summary>
    public long Bytes => _entries.Sum(static id => (long)BytesOf(id));

    public void Begin(InProcessStreamEngine engine) => Result(engine.CreateGroupAsync(name, Group, GroupPosition.Beginning, createStream: true).AsTask());

    public void Step(InProcessStreamEngine engine)
    {
        switch (random.Next(20))
        {
            case < 10:
                Append(engine);
                break;
            case < 13:
                Range(engine, _entries.Count == 0 ? 0 : random.Next(_entries.Count), count: random.Next(1, 10));
                break;
            case < 16:
                Read(engine, count: random.Next(1, 10));
                break;
            case < 18:
                Acknowledge(engine, random.Next(5));
                break;
            case 18 when random.Next(10) == 0:
                Trim(engine, random.Next(_entries.Count + 1) / 10);
                break;
            default:
                Delete(engine);
                break;
        }
        while (_shown.Count > random.Next(10))
            _shown.Dequeue().Batch.Dispose();
    }

    /// <summary>No batch is kept any more.</summary>
    public void LetGo()
    {
        while (_shown.TryDequeue(out var shown))
            shown.Batch.Dispose();
    }

    /// <summary>All that is there is what has to be.</summary>
    public void Check(InProcessStreamEngine engine)
    {
        Assert.Equal(_entries.Count, Result(engine.GetLengthAsync(name).AsTask()));
        for (var i = 0; i < _entries.Count; i += 10)
        {
            Range(engine, i, count: 10);
            LetGo();
        }
        Assert.Equal(_pending.Order(), Result(engine.GetPendingAsync(new() { Stream = name, Group = Group, Count = int.MaxValue }).AsTask()).Select(static entry => entry.Id.Milliseconds));
        Assert.Equal(IdOf(_delivered), Assert.Single(Result(engine.GetGroupsAsync(name).AsTask())).LastDeliveredId);
    }

    private void Append(InProcessStreamEngine engine)
    {
        _last++;
        try
        {
            Result(engine.AppendAsync(name, new AppendEntry(FieldsOf(_last), NewEntryId.Explicit(IdOf(_last)))).AsTask());
            _entries.Add(_last);
        }
        catch (StreamEngineException refusal) when (refusal.Code == StreamErrorCode.OutOfMemory)
        {
            // Batches of all streams may keep more here than there is room for: then nothing was appended.
        }
    }

    private void Range(InProcessStreamEngine engine, int from, int count)
    {
        var start = from < _entries.Count ? IdOf(_entries[from]) : RangeBound.Min;
        Show(Result(engine.RangeAsync(name, start, RangeBound.Max, count).AsTask()), _entries.Skip(from).Take(count));
    }

    private void Read(InProcessStreamEngine engine, int count)
    {
        var next = _entries.FindIndex(id => id > _delivered);
        var expected = next < 0 ? [] : _entries.Skip(next).Take(count).ToList();
        Show(Result(engine.ReadGroupAsync(new() { Group = Group, Consumer = Consumer, Count = count, Streams = [new(name, ReadPosition.Undelivered)] }).AsTask()), expected);
        _pending.AddRange(expected);
        _delivered = expected.Count > 0 ? expected[^1] : _delivered;
    }

    private void Acknowledge(InProcessStreamEngine engine, int count)
    {
        var ids = _pending.Take(count).ToArray();
        Assert.Equal(ids.Length, Result(engine.AcknowledgeAsync(name, Group, ids.Select(IdOf).ToArray()).AsTask()));
        _pending.RemoveRange(0, ids.Length);
    }

    private void Trim(InProcessStreamEngine engine, int count)
    {
        Assert.Equal(count, Result(engine.TrimAsync(name, StreamTrim.MaxLength(_entries.Count - count)).AsTask()));
        _entries.RemoveRange(0, count);
    }

    private void Delete(InProcessStreamEngine engine)
    {
        if (_entries.Count == 0)
            return;
        var at = random.Next(_entries.Count);
        Assert.Equal(1, Result(engine.DeleteAsync(name, new[] { IdOf(_entries[at]) }).AsTask()));
        _entries.RemoveAt(at);
    }

    // What a batch shows stays as it is for as long as it is kept.
    private void Show(EntryBatch batch, IEnumerable<ulong> expected)
    {
        ulong[] ids = [.. expected];
        Check(batch, ids);
        _shown.Enqueue((batch, ids));
        var oldest = _shown.Peek();
        Check(oldest.Batch, oldest.Expected);
    }

    private static void Check(EntryBatch batch, ulong[] expected)
    {
        Assert.Equal(expected, batch.Entries.ToArray().Select(static entry => entry.Id.Milliseconds));
        foreach (var entry in batch.Entries)
            Assert.True(FieldsOf(entry.Id.Milliseconds).Encoded.SequenceEqual(entry.Fields.Encoded));
    }

    private static StreamEntryId IdOf(ulong number) => new(number, 0);

    private static int BytesOf(ulong number) => (int)(number * 7_919 % 2_000);

    private static EntryFields FieldsOf(ulong number) =>
        EntryFields.Of(("number", number.ToString(CultureInfo.InvariantCulture)), ("text", new string((char)('a' + (number % 26)), BytesOf(number))));

    // Nothing has to be waited for.
    private static T Result<T>(Task<T> call) => call.GetAwaiter().GetResult();

    private static void Result(Task call) => call.GetAwaiter().GetResult();
}
