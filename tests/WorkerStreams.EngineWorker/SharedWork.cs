using System.Globalization;
using System.Text;
using WorkerStreams.Engine;

namespace WorkerStreams.EngineWorker;

/// <summary>What several tasks do at once with one stream, each as a consumer of its group: append, read, settle, and delete what is settled.</summary>
internal sealed class SharedWork(IStreamEngine engine, Story story, Random random, int task, string round)
{
    public static readonly StreamName Stream = "{shared}", DeadLetters = Stream.Companion("dead"), Group = "g";

    private readonly string _who = $"shared-{task}";
    private readonly StreamName _consumer = $"c{task}";
    private readonly List<StreamEntryId> _held = [];
    private readonly List<StreamEntryId> _settled = [];
    private int _number;

    /// <summary>Has the group made, if it is not there.</summary>
    public static async Task PrepareAsync(IStreamEngine engine)
    {
        try
        {
            await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning, createStream: true);
        }
        catch (StreamEngineException refusal) when (refusal.Code == StreamErrorCode.GroupExists)
        {
        }
    }

    /// <summary>All that there is of the stream, line by line.</summary>
    public static async Task<List<string>> StateAsync(IStreamEngine engine)
    {
        var lines = new List<string>();
        foreach (var (kind, stream) in new[] { ("entry", Stream), ("dead", DeadLetters) })
        {
            using var entries = await engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max);
            lines.AddRange(entries.Entries.ToArray().Select(entry => $"{kind} {TextOf(entry)}"));
        }
        if (!await OwnState.HasAsync(engine, Stream))
            return lines;
        lines.Add($"last {(await engine.GetStreamInfoAsync(Stream)).LastGeneratedId}");
        if ((await engine.GetGroupsAsync(Stream)).Count > 0)
        {
            var pending = await engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = int.MaxValue });
            lines.AddRange(pending.Select(static entry => $"pending {entry.Id}={entry.Consumer}"));
        }
        return lines;
    }

    /// <summary>Takes what is pending for its consumer already.</summary>
    public Task ResumeAsync() => ReadAsync("resume", ReadPosition.After(default), count: null);

    public Task StepAsync() => random.Next(4) switch
    {
        0 => AppendAsync(),
        1 => ReadAsync("read", ReadPosition.Undelivered, count: random.Next(1, 5)),
        2 when _settled.Count > 3 => DeleteAsync(),
        _ => SettleAsync(),
    };

    private Task AppendAsync()
    {
        string[] texts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => NextText())];
        return story.TellAsync(_who, $"append {string.Join(' ', texts)}", async () =>
        {
            var results = new AppendResult[texts.Length];
            if (texts.Length == 1)
                results[0] = new(AppendStatus.Stored, (await engine.AppendAsync(Stream, new AppendEntry(FieldsOf(texts[0])))).GetValueOrDefault());
            else
                await engine.AppendAsync(Stream, texts.Select(static text => new AppendEntry(FieldsOf(text))).ToArray(), results);
            return string.Join(' ', results.Select(static result => result.Id));
        });
    }

    private Task ReadAsync(string name, ReadPosition position, int? count) => story.TellAsync(_who, name, async () =>
    {
        using var read = await engine.ReadGroupAsync(new() { Group = Group, Consumer = _consumer, Streams = [new(Stream, position)], Count = count });
        var entries = read.Entries.ToArray();
        _held.AddRange(entries.Select(static entry => entry.Id));
        return string.Join(' ', entries.Select(TextOf));
    });

    private Task SettleAsync()
    {
        StreamEntryId[] ids = [.. _held.Take(random.Next(1, 5))];
        _held.RemoveRange(0, ids.Length);
        var (settlements, words) = (new List<Settlement>(), new List<string>());
        foreach (var id in ids)
        {
            var letter = random.Next(3) == 0 ? NextText() : null;
            var deletes = letter is null && random.Next(2) == 0;
            settlements.Add(letter is not null ? Settlement.DeadLetter(id, FieldsOf(letter)) : deletes ? Settlement.AcknowledgeAndDelete(id) : Settlement.Acknowledge(id));
            words.Add(letter is not null ? $"{id}={letter}" : deletes ? $"{id}=gone" : $"{id}=stays");
            if (!deletes)
                _settled.Add(id);
        }
        var request = new SettleRequest { Stream = Stream, Group = Group, Owner = _consumer, Settlements = settlements.ToArray(), DeadLetterStream = DeadLetters };
        return story.TellAsync(_who, $"settle {string.Join(' ', words)}", async () =>
        {
            var outcomes = new SettlementOutcome[settlements.Count];
            await engine.SettleAsync(request, outcomes);
            return string.Join(' ', outcomes);
        });
    }

    private Task DeleteAsync()
    {
        StreamEntryId[] ids = [.. _settled];
        _settled.Clear();
        return story.TellAsync(
            _who, $"delete {string.Join(' ', ids)}", async () => (await engine.DeleteAsync(Stream, ids)).ToString(CultureInfo.InvariantCulture));
    }

    private string NextText() => $"{round}.{task}.{_number++}.{new string('x', random.Next(0, 300))}";

    private static EntryFields FieldsOf(string text) => EntryFields.Of(("text", text));

    private static string TextOf(StreamEntry entry) =>
        $"{entry.Id}={(entry.Fields.TryGetValue("text"u8, out var text) ? Encoding.UTF8.GetString(text) : "nothing")}";
}
