using Xunit;

namespace WorkerStreams.Engine.Tests.Kills;

/// <summary>
/// What several tasks have done with one stream, in an order that nobody knows. Each fact that an answer has told must be there after a kill; of a call under way all or
/// nothing; and no entry is given to two, no id to two entries.
/// </summary>
internal sealed class SharedLedger
{
    private readonly Dictionary<StreamEntryId, string> _entries = [];
    private readonly Dictionary<StreamEntryId, string> _pending = [];
    private readonly Dictionary<StreamEntryId, string> _deliveredTo = [];
    private readonly Dictionary<string, StreamEntryId> _appended = [];
    private readonly HashSet<string> _letters = [];
    private readonly HashSet<StreamEntryId> _deleted = [];
    private readonly HashSet<StreamEntryId> _settled = [];
    private readonly Dictionary<string, string> _underWay = [];
    private StreamEntryId _last;

    public void Begins(string consumer, string call) => _underWay.Add(consumer, call);

    public void Returned(string consumer, string answer)
    {
        _underWay.Remove(consumer, out var call);
        var words = call!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var answers = answer.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "append":
                foreach (var (text, id) in words[1..].Zip(answers.Select(Id)))
                {
                    Assert.True(id > _last, $"{id} was given, though {_last} had been given before the process was killed.");
                    Appended(id, text);
                }
                break;
            case "resume":
                Assert.Equal(_pending.Where(pending => pending.Value == consumer).Select(static pending => pending.Key).Order(), answers.Select(static pair => Pair(pair).Id));
                break;
            case "read":
                foreach (var (id, text) in answers.Select(Pair))
                {
                    Assert.True(_deliveredTo.TryAdd(id, consumer), $"{id} was given to {_deliveredTo[id]} and {consumer}.");
                    Appended(id, text);
                    _pending[id] = consumer;
                }
                break;
            case "settle":
                Assert.All(answers, static outcome => Assert.Equal("Done", outcome));
                Settle(words[1..]);
                break;
            default:
                _deleted.UnionWith(words[1..].Select(Id));
                break;
        }
    }

    /// <summary>Compares with what is there after a kill, and goes on from there.</summary>
    public void Check(IReadOnlyList<string> found)
    {
        var entries = Lines(found, "entry ").Select(Pair).ToDictionary();
        var pending = Lines(found, "pending ").Select(Pair).ToDictionary();
        var letters = Lines(found, "dead ").Select(static line => Pair(line).Text).ToHashSet();
        var last = Lines(found, "last ").Select(Id).SingleOrDefault();
        foreach (var (consumer, call) in _underWay.ToList())
            Decide(consumer, call.Split(' ', StringSplitOptions.RemoveEmptyEntries), entries, pending, letters);

        foreach (var id in _deleted)
            _entries.Remove(id);
        foreach (var id in _settled)
            _pending.Remove(id);
        AssertSame("entries", _entries.Select(Text), entries.Select(Text));
        AssertSame("pending entries", _pending.Select(Text), pending.Select(Text));
        AssertSame("dead letters", _letters, letters);
        Assert.True(last >= _last && _appended.Values.All(id => id <= last), $"The last id is {last}, it was {_last}, and {_appended.Values.Append(default).Max()} was given.");
        _last = last;
        _underWay.Clear();
        _deleted.Clear();
        _settled.Clear();
        _appended.Clear();
    }

    // Whether a call has happened that was under way, by one thing of it that is there; then all of it must be.
    private void Decide(string consumer, string[] words, Dictionary<StreamEntryId, string> entries, Dictionary<StreamEntryId, string> pending, HashSet<string> letters)
    {
        switch (words[0])
        {
            case "append":
                var stored = entries.Where(entry => words.Skip(1).Contains(entry.Value)).ToList();
                Assert.True(stored.Count == 0 || stored.Count == words.Length - 1, $"Of '{string.Join(' ', words)}' there is a part.");
                stored.ForEach(entry => Appended(entry.Key, entry.Value));
                break;
            case "read":
                foreach (var (id, owner) in pending.Where(found => found.Value == consumer && !_pending.ContainsKey(found.Key)).ToList())
                {
                    Assert.True(_deliveredTo.TryAdd(id, owner), $"{id} is pending for {owner}, and was delivered to {_deliveredTo[id]}.");
                    _pending[id] = owner;
                }
                break;
            case "settle" when words.Length > 1 && !pending.ContainsKey(Pair(words[1]).Id):
                Settle(words[1..]);
                break;
            case "delete" when !entries.ContainsKey(Id(words[1])):
                _deleted.UnionWith(words[1..].Select(Id));
                break;
        }
    }

    private void Appended(StreamEntryId id, string text)
    {
        Assert.True(!_entries.TryGetValue(id, out var before) || before == text, $"{id} was given to '{before}' and '{text}'.");
        Assert.True(!_appended.TryGetValue(text, out var other) || other == id, $"'{text}' is there as {other} and as {id}.");
        _entries[id] = text;
        if (id > _last)
            _appended[text] = id;
    }

    private void Settle(IEnumerable<string> words)
    {
        foreach (var (id, what) in words.Select(Pair))
        {
            _settled.Add(id);
            if (what == "gone")
                _deleted.Add(id);
            else if (what != "stays")
                Assert.True(_letters.Add(what));
        }
    }

    private static void AssertSame(string what, IEnumerable<string> expected, IEnumerable<string> found) => Assert.True(
        expected.Order().SequenceEqual(found.Order()), $"Of the shared {what} there are missing: {string.Join(' ', expected.Except(found))}\nand too many: {string.Join(' ', found.Except(expected))}");

    private static IEnumerable<string> Lines(IReadOnlyList<string> found, string kind) =>
        found.Where(line => line.StartsWith(kind, StringComparison.Ordinal)).Select(line => line[kind.Length..]);

    private static (StreamEntryId Id, string Text) Pair(string pair) => (Id(pair[..pair.IndexOf('=')]), pair[(pair.IndexOf('=') + 1)..]);

    private static StreamEntryId Id(string text) => StreamEntryId.Parse(text);

    private static string Text(KeyValuePair<StreamEntryId, string> pair) => $"{pair.Key}={pair.Value}";
}
