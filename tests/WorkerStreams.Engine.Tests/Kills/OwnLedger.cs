using System.Globalization;
using WorkerStreams.Engine.Contract.Reference;
using WorkerStreams.EngineWorker;
using Xunit;

namespace WorkerStreams.Engine.Tests.Kills;

/// <summary>
/// What a task has done with its own streams, made again on the specification as a program, which has nothing of the engine. After a kill all calls that returned must be
/// there, and of the one under way all or nothing. Only that a consumer was seen may be forgotten, until something is told that has to be safe. That a name is left while
/// entries are pending shows only when it is collected.
/// </summary>
internal sealed class OwnLedger
{
    private readonly string _tag;
    private readonly ReferenceEngine _reference;
    private DateTimeOffset _now;
    private OwnWork? _work;
    private RandomCommand? _underWay;
    private HashSet<string> _safelySeen = [];

    public OwnLedger(int task)
    {
        _tag = OwnWork.TagOf(task);
        _reference = new(Contract.EngineTraits.Newest, () => _now);
    }

    /// <summary>How many calls were found to have happened that had not returned, and how many not to have.</summary>
    public (int Happened, int Not) UnderWay { get; private set; }

    /// <summary>Compares with what is there after a kill, and goes on from there.</summary>
    public async Task CheckAsync(IReadOnlyList<string> found, int seed, DateTimeOffset now)
    {
        var workedAt = _now;
        var expected = await StateAsync(now);
        var (facts, seen) = (Facts(found), Seen(found));
        if (_underWay is { } call)
        {
            var happened = false;
            if (!facts.SequenceEqual(Facts(expected)))
            {
                _now = workedAt;
                if (call is CollectCommand collect)
                    _reference.SettleDoubts(collect.Stream, collect.Group, consumer => !facts.Any(line => line.StartsWith($"consumer {collect.Stream} {collect.Group} {consumer} ", StringComparison.Ordinal)));
                await call.ReplyOf(_reference);
                expected = await StateAsync(now);
                happened = true;
            }
            else if (call is NameCommand name)
            {
                _reference.DoubtWhetherLeft(name.Stream, name.Group, name.Consumer, name.Leaves);
            }
            UnderWay = (UnderWay.Happened + (happened ? 1 : 0), UnderWay.Not + (happened ? 0 : 1));
            Assert.True(facts.SequenceEqual(Facts(expected)), $"The call under way was '{call.Text}'. With it there had to be\n{Differences(expected, found)}");
        }
        Assert.True(facts.SequenceEqual(Facts(expected)), $"There had to be\n{Differences(expected, found)}");
        _now = now;
        Forget(workedAt, seen);
        (_underWay, _safelySeen) = (null, [.. seen]);
        _work = await OwnWork.BeginAsync(_reference, seed, _tag, now);
    }

    public void Begins(string call)
    {
        _underWay = _work!.Next();
        Assert.Equal(_underWay.Text, call);
    }

    public async Task ReturnedAsync(string answer)
    {
        if (_underWay is CollectCommand collect)
            _reference.SettleDoubts(collect.Stream, collect.Group, answer.Split(' ').Select(static name => (StreamName)name).Contains);
        var expected = await _underWay!.ReplyOf(_reference);
        Assert.True(expected == answer, $"The call was '{_underWay.Text}'.\nexpected: {expected}\nactual:   {answer}");
        // An id was given, so something has changed, and with it all before is safe.
        if (_underWay.Text.StartsWith("append", StringComparison.Ordinal) && StreamEntryId.TryParse(answer, out _))
            _safelySeen = [.. Seen(await StateAsync(_now))];
        _underWay = null;
    }

    private async Task<List<string>> StateAsync(DateTimeOffset now)
    {
        _now = now;
        return await OwnState.ReadAsync(_reference, _tag, now);
    }

    // A consumer was seen as late as the call says that came last, or as is known to be safe.
    private void Forget(DateTimeOffset workedAt, IEnumerable<string> seen)
    {
        foreach (var line in seen)
        {
            var words = line.Split(' ');
            var at = long.Parse(words[^1], CultureInfo.InvariantCulture);
            Assert.True(at == workedAt.ToUnixTimeMilliseconds() || _safelySeen.Contains(line), $"'{line}' is neither the time of the work, {workedAt.ToUnixTimeMilliseconds()}, nor one of\n{string.Join('\n', _safelySeen)}");
            _reference.SetSeen(words[1], words[2], words[3], at);
        }
    }

    private static IEnumerable<string> Facts(IEnumerable<string> state) => state.Where(static line => !line.StartsWith(OwnState.Seen, StringComparison.Ordinal));

    private static IEnumerable<string> Seen(IEnumerable<string> state) => state.Where(static line => line.StartsWith(OwnState.Seen, StringComparison.Ordinal));

    private static string Differences(IEnumerable<string> expected, IEnumerable<string> found) => string.Join(
        '\n', Facts(expected).Except(Facts(found)).Select(static line => $"expected: {line}").Concat(Facts(found).Except(Facts(expected)).Select(static line => $"found:    {line}")));
}
