using System.Globalization;
using System.Text.RegularExpressions;
using WorkerStreams.Engine;

namespace WorkerStreams.Tests.Producing;

/// <summary>
/// One seed's story of a stream that is appended to, read, trimmed, deleted from, and whose groups come, go and are set to other positions; and what each group has truly
/// lost to trimming, to hold what is told against.
/// </summary>
internal sealed partial class LossStory(int seed, IStreamEngine engine, StreamName stream)
{
    private static readonly string[] Names = ["billing", "shipping", "audit"];

    private readonly Random _random = new(seed);
    private readonly bool _isTrimmedInTime = seed % 3 == 0;
    private readonly bool _deletes = seed % 2 == 0;
    private readonly bool _regroups = seed % 5 < 2;
    private readonly SortedSet<int> _live = [];
    private readonly Dictionary<string, Group> _groups = [];
    private int _last;

    /// <summary>The entries that groups have lost.</summary>
    public int Lost => _groups.Values.Sum(group => group.Lost);

    /// <summary>Those of them that were told.</summary>
    public int Told => _groups.Values.Sum(group => group.Told);

    public async Task BeginAsync()
    {
        await AppendAsync(5);
        foreach (var name in Names)
            await CreateAsync(name);
    }

    public async Task StepAsync()
    {
        var name = Names[_random.Next(Names.Length)];
        switch (_random.Next(12))
        {
            case < 4:
                await AppendAsync(_random.Next(1, 20));
                break;
            case < 8:
                await ReadAsync(name, _random.Next(1, 25));
                break;
            case < 10:
                await TrimAsync();
                break;
            case 10 when _deletes && _last > 0:
                await DeleteAsync(_random.Next(1, _last + 1), _random.Next(1, 5));
                break;
            case 11 when _regroups:
                await RegroupAsync(name);
                break;
        }
    }

    /// <summary>After a look: what it told is true.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="countsAnew">Whether the engine's counter of a group is right again when it has read on: then each group that it knows of and that is passed where it stands is told.</param>
    public async Task CheckAsync(IEnumerable<string> lines, bool countsAnew)
    {
        var told = new HashSet<string>();
        foreach (var line in lines)
        {
            var match = Passed.Match(line);
            Assert.True(match.Success, line);
            var group = _groups[match.Groups["group"].Value];
            group.Told += int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
            told.Add(match.Groups["group"].Value);
            Assert.True(group.Told <= group.Lost, $"Seed {seed}: {group.Lost} were lost, {group.Told} told at last: {line}");
        }
        var counted = (await engine.GetGroupsAsync(stream)).Where(group => group.EntriesRead is not null).Select(group => group.Name.ToString()).ToHashSet();
        foreach (var (name, group) in _groups)
        {
            if (countsAnew && !_deletes && !_regroups && counted.Contains(name) && group.Ahead > 0)
                Assert.True(told.Contains(name), $"Seed {seed}: {name} at {group.Position} lost {group.Ahead} entries untold");
            group.Ahead = 0;
        }
    }

    private async Task AppendAsync(int count)
    {
        for (; count > 0; count--)
        {
            await engine.AppendAsync(stream, new(EntryFields.Of(("f", "v")), Id(++_last)));
            _live.Add(_last);
        }
    }

    private async Task ReadAsync(string name, int count)
    {
        if (!_groups[name].IsThere)
            return;
        using var read = await engine.ReadGroupAsync(new() { Group = name, Consumer = "one", Streams = [new(stream, ReadPosition.Undelivered)], Count = count });
        foreach (ref readonly var entry in read.Entries)
            (_groups[name].Position, _groups[name].Ahead) = ((int)entry.Id.Milliseconds, 0);
    }

    private async Task TrimAsync()
    {
        var kept = _random.Next(Math.Max(1, _last - 60), _last + 2);
        if (_isTrimmedInTime)
            kept = Math.Min(kept, _groups.Values.Min(group => group.Position) + 1);
        await engine.TrimAsync(stream, StreamTrim.MinId(Id(kept)));
        foreach (var group in _groups.Values)
        {
            var lost = _live.Count(id => id < kept && id > group.Position);
            (group.Lost, group.Ahead) = (group.Lost + lost, group.Ahead + lost);
        }
        _live.RemoveWhere(id => id < kept);
    }

    private async Task DeleteAsync(int first, int count)
    {
        var ids = Enumerable.Range(first, count).ToArray();
        await engine.DeleteAsync(stream, Array.ConvertAll(ids, Id));
        _live.ExceptWith(ids);
    }

    private async Task RegroupAsync(string name)
    {
        if (!_groups[name].IsThere)
        {
            await CreateAsync(name);
            return;
        }
        if (_random.Next(2) == 0)
        {
            await engine.DestroyGroupAsync(stream, name);
            _groups[name].IsThere = false;
            return;
        }
        _groups[name].Position = _random.Next(0, _last + 1);
        await engine.SetGroupIdAsync(stream, name, PositionOf(_groups[name]));
    }

    private async Task CreateAsync(string name)
    {
        _groups[name] = new() { Lost = _groups.GetValueOrDefault(name)?.Lost ?? 0, Told = _groups.GetValueOrDefault(name)?.Told ?? 0, Position = _random.Next(3) switch { 0 => 0, 1 => _last, _ => _random.Next(0, _last + 1) } };
        await engine.CreateGroupAsync(stream, name, PositionOf(_groups[name]));
    }

    private static GroupPosition PositionOf(Group group) => GroupPosition.After(group.Position == 0 ? default : Id(group.Position));

    private static StreamEntryId Id(int number) => new((ulong)number, 1);

    [GeneratedRegex(@"^Stream \S+: trimming has passed (at least )?(?<count>\d+) entries that group (?<group>\w+), at ")]
    private static partial Regex Passed { get; }

    private sealed class Group
    {
        public bool IsThere { get; set; } = true;

        public int Position { get; set; }

        public int Lost { get; set; }

        /// <summary>Of these, those that came after its present position and were lost since the last look.</summary>
        public int Ahead { get; set; }

        public int Told { get; set; }
    }
}
