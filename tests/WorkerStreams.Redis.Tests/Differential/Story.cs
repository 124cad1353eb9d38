using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Engine.Contract;
using WorkerStreams.Engine.Contract.Durable;
using WorkerStreams.Engine.Contract.Reference;

namespace WorkerStreams.Redis.Tests.Differential;

/// <summary>A sequence of commands on two connections, told to the engine in process and to a server, and what both reply.</summary>
internal sealed class Story : IDisposable
{
    private const int Steps = 50, FiguresEvery = 10, MaxWaits = 4, CallsPerCrash = 10;

    private readonly Connections _connections;
    private readonly IStreamEngine _inProcess;
    private readonly KnownDifference[] _differences;
    private readonly RandomChoices _choose;
    private readonly ReplyText _text;
    private readonly CommandSource _commands;
    private readonly RareCommands _rare;
    private readonly StreamName[] _streams;
    private readonly List<Wait> _waits = [];
    private readonly StringBuilder _told = new();
    private bool _differs;

    /// <param name="connections">Those to the server.</param>
    /// <param name="traits">The server's.</param>
    /// <param name="seed">What chance goes by.</param>
    /// <param name="isDurable">Whether the engine in process keeps its streams in a journal, and crashes now and then.</param>
    public Story(Connections connections, EngineTraits traits, int seed, bool isDurable)
    {
        _connections = connections;
        _inProcess = isDurable ? CrashingEngine.Create(new(), new(seed), CallsPerCrash).Engine : new InProcessStreamEngine();
        _differences = [.. KnownDifference.All.Where(difference => difference.Concerns(traits))];
        var tag = $"{{{seed}}}";
        _streams = [tag + "s", tag + "t", $"{seed}u"];
        _choose = new(new Random(seed), tag, exactTime: false);
        _text = new(EngineTraits.Redis80, exactTime: false);
        _commands = new(_choose, _text, EngineTraits.Redis80, tag, new(TimeProvider.System.GetUtcNow, ForetellsIds, IsThere, static _ => false));
        _rare = new(_choose, _text, _streams);
        if (_choose.Chance(50))
            _choose.Seen(new(RandomChoices.Ahead, 1));
    }

    /// <summary>Commands and replies so far, the last of them the one in which the replies differ, if they do.</summary>
    public override string ToString() => _told.ToString();

    /// <returns>Whether both replied alike.</returns>
    public async Task<bool> TellAsync()
    {
        foreach (var engine in _connections.Engines)
            await Task.WhenAll(_streams.Select(stream => engine.DeleteStreamAsync(stream).AsTask()));
        for (var step = 1; step <= Steps && !_differs; step++)
        {
            await StepAsync(step);
            if (step % FiguresEvery == 0)
                await CompareFiguresAsync();
        }
        await EndWaitsAsync();
        await CompareFiguresAsync();
        foreach (var stream in _streams)
            await CompareAsync(new($"delete stream {stream}", engine => CommandSource.TextAsync(engine.DeleteStreamAsync(stream))));
        return !_differs;
    }

    public void Dispose()
    {
        foreach (var wait in _waits)
            wait.Dispose();
        ((IDisposable)_inProcess).Dispose();
    }

    private async Task StepAsync(int step)
    {
        var stream = step == 2 ? _streams[1] : _streams[0];
        if (step <= 2 && _choose.Chance(90))
            await CompareAsync(new($"create group {stream} g", async engine =>
            {
                await engine.CreateGroupAsync(stream, "g", GroupPosition.Beginning, createStream: true);
                return "done";
            }));
        else if (_choose.Chance(12) && _waits.Count < MaxWaits)
            await BeginWaitAsync();
        else if (_choose.Chance(3) && _waits.Count > 0)
            await CancelAsync(_choose.Of(_waits.ToArray()));
        else if (_choose.Chance(4))
            await TrimApproximatelyAsync();
        else
            await CompareAsync(_choose.Chance(_waits.Count > 0 ? 25 : 12) ? _rare.Next() : _commands.Next());
        await CompareWaitsAsync();
    }

    private async Task CompareAsync(RandomCommand command)
    {
        if (_differs)
            return;
        var text = _waits.Count > 0 ? $"{command.Text} while {_waits.Count} wait" : command.Text;
        if (IsNotGiven(text))
            return;
        var remote = Engine();
        var expected = await command.ReplyOf(_inProcess);
        if (_differences.Any(difference => difference.NotAsked?.IsMatch(expected) == true))
            return;
        Compare(text, expected, await command.ReplyOf(remote));
    }

    private bool IsNotGiven(string command) => _differences.Any(difference => difference.NotGiven?.IsMatch(command) == true);

    private void Compare(string command, string expected, string actual)
    {
        _differs |= Comparable(command, expected) != Comparable(command, actual);
        _told.AppendLine(command).Append("    ").AppendLine(expected);
        if (_differs)
            _told.Append("  # ").AppendLine(actual);
    }

    private string Comparable(string command, string reply) => _differences.Aggregate(reply, (rest, difference) => difference.Apply(command, rest));

    private RedisStreamEngine Engine() => _choose.Of(_connections.Engines);

    private bool ForetellsIds(StreamName stream)
    {
        var info = _inProcess.GetStreamInfoAsync(stream);
        return info.IsCompletedSuccessfully && info.Result.LastGeneratedId.Milliseconds >= RandomChoices.Ahead;
    }

    // What is gone from its stream only the engine in process renews and releases.
    private bool IsThere(StreamName stream, StreamEntryId id)
    {
        var range = _inProcess.RangeAsync(stream, id, id);
        return range.IsCompletedSuccessfully && range.Result.Count > 0;
    }

    private async Task CompareFiguresAsync()
    {
        List<RandomCommand> figures = [];
        foreach (var stream in _streams)
        {
            figures.Add(new($"range {stream}", async engine => _text.OfEntries(await engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max))));
            figures.Add(new($"groups {stream}", async engine =>
            {
                var info = await engine.GetStreamInfoAsync(stream);
                return $"{_text.Of(info)}: {_text.Of(await engine.GetGroupsAsync(stream), info.RecordedFirstEntryId)}";
            }));
            foreach (var group in (StreamName[])["g", "h"])
            {
                figures.Add(new($"consumers {stream} {group}", async engine => _text.Of(await engine.GetConsumersAsync(stream, group))));
                figures.Add(new($"pending {stream} {group}", async engine => _text.Of(
                    await engine.GetPendingAsync(new() { Stream = stream, Group = group, Count = int.MaxValue }))));
            }
        }
        if (_differs)
            return;
        var remote = Engine();
        var actual = await Task.WhenAll(figures.Select(figure => figure.ReplyOf(remote)));
        for (var i = 0; i < figures.Count && !_differs; i++)
        {
            if (await figures[i].ReplyOf(_inProcess) is var expected && Comparable(figures[i].Text, expected) != Comparable(figures[i].Text, actual[i]))
                Compare(figures[i].Text, expected, actual[i]);
        }
    }

    // How far a server goes is its own affair, if it is not too far; the engine in process follows.
    private async Task TrimApproximatelyAsync()
    {
        var (stream, exact) = (_choose.Stream(), _choose.Trim());
        var approximate = _choose.Approximately(exact);
        var (length, oldest) = (await _inProcess.GetLengthAsync(stream), await _inProcess.RangeAsync(stream, RangeBound.Min, RangeBound.Max));
        var removed = await Engine().TrimAsync(stream, approximate);
        var most = exact.Strategy == TrimStrategy.MaxLength ? Math.Max(0, length - exact.Length) : oldest.Entries.ToArray().Count(entry => entry.Id < exact.Id);
        most = approximate.Limit is > 0 and var limit ? Math.Min(limit, most) : most;
        Compare($"trim {stream} {approximate}", "not too much", removed <= most ? "not too much" : $"{removed}, which is more than {most}");
        await _inProcess.TrimAsync(stream, StreamTrim.MaxLength(length - removed));
    }

    private async Task BeginWaitAsync()
    {
        var (request, remote) = (NextWait(), Engine());
        var text = $"wait to {RequestText.Of(request)}";
        if (IsNotGiven(text))
            return;
        var wait = Wait.Begin(text, request, _text, _inProcess, remote);
        if (wait.HasEnded || request.Block > TimeSpan.Zero)
        {
            Compare(wait.Text, await wait.ReplyAsync(), await wait.RemoteReplyAsync());
            wait.Dispose();
            return;
        }
        _told.AppendLine(wait.Text);
        _waits.Add(wait);
        await _connections.UntilBlockedAsync(_waits.Count, wait.Remote);
    }

    private ReadRequest NextWait()
    {
        var group = _choose.Chance(75);
        StreamPosition[] streams = _choose.Chance(20)
            ? [new(_streams[1], Position()), new(_streams[0], Position())]
            : [new(_choose.Stream(), Position())];
        var (count, block) = (_choose.Of<int?>(null, 0, 1, 1, 2), _choose.Of(TimeSpan.Zero, TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(1)));
        return group
            ? new ReadGroupRequest { Group = _choose.Group(), Consumer = _choose.Consumer(), Streams = streams, Count = count, Block = block, NoAcknowledge = _choose.Chance(15) }
            : new ReadRequest { Streams = streams, Count = count, Block = block };

        ReadPosition Position() =>
            group ? (_choose.Chance(97) ? ReadPosition.Undelivered : ReadPosition.After(_choose.Id()))
            : _choose.Of(ReadPosition.End, ReadPosition.End, ReadPosition.Last, ReadPosition.After(_choose.Id()), ReadPosition.After(StreamEntryId.MaxValue));
    }

    private async Task CancelAsync(Wait wait)
    {
        await wait.CancelAsync();
        await EndAsync(wait, "cancel");
    }

    private async Task EndAsync(Wait wait, string how)
    {
        _waits.Remove(wait);
        Compare($"{wait.Text}: {how}", await wait.ReplyAsync(), await wait.RemoteReplyAsync());
        wait.Dispose();
    }

    // Who was served in process must be served by the server, and nobody else.
    private async Task CompareWaitsAsync()
    {
        foreach (var wait in _waits.ToArray())
        {
            if (wait.HasEnded)
                await EndAsync(wait, "ends");
            else if (wait.Remote.IsCompleted)
            {
                _waits.Remove(wait);
                Compare($"{wait.Text}: ends", "waits on", await wait.RemoteReplyAsync());
            }
        }
    }

    private async Task EndWaitsAsync()
    {
        foreach (var wait in _waits.ToArray())
            await CancelAsync(wait);
    }
}
