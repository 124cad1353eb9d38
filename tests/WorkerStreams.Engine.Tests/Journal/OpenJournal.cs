using System.Text;
using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>A journal of texts in a folder, opened with small segments and a clock that stands still unless moved.</summary>
internal sealed class OpenJournal : IDisposable
{
    private readonly List<JournalEvent> _events = [];

    public OpenJournal(IJournalFolder folder, FlushPolicy policy = FlushPolicy.Always, int segmentBytes = 4096)
    {
        Options = OptionsFor(policy, segmentBytes) with
        {
            TimeProvider = Time,
            Log = told =>
            {
                lock (_events)
                    _events.Add(told);
            },
        };
        var replayed = new Replayed();
        Journal = FileJournal.Open(folder, Options, replayed);
        (Found, Checkpoint) = (replayed.Records, replayed.Checkpoint);
        Assert.Equal(Found.Count, Journal.LastSequence);
        Records.AddRange(Found);
    }

    public FakeTimeProvider Time { get; } = new();

    public FileJournalOptions Options { get; }

    public FileJournal Journal { get; }

    /// <summary>What was there when it was opened.</summary>
    public List<string> Found { get; }

    public long Checkpoint { get; }

    /// <summary>What was there, and what was appended since.</summary>
    public List<string> Records { get; } = [];

    public List<JournalEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public static FileJournalOptions OptionsFor(FlushPolicy policy, int segmentBytes = 4096) => new() { FlushPolicy = policy, SegmentBytes = segmentBytes };

    public long Append(string text, bool urgent = false)
    {
        Assert.True(TryAppend(text, urgent, out var sequence));
        return sequence;
    }

    public bool TryAppend(string text, bool urgent, out long sequence)
    {
        sequence = 0;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!Journal.TryReserve(bytes.Length, urgent))
            return false;
        Records.Add(text);
        sequence = Journal.Append(bytes, bytes.Length);
        Assert.Equal(Records.Count, sequence);
        return true;
    }

    public async Task CommitAsync(string text) => await Journal.CommitAsync(Append(text)).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public void WriteCheckpoint() => Journal.WriteCheckpoint(Records.Count, Replayed.Parts([.. Records]));

    public void Dispose() => Journal.Dispose();
}
