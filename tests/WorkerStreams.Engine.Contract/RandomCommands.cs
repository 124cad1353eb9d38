using WorkerStreams.Engine.Contract.Reference;
using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>Runs commands at random on an engine and on the reference, and holds each reply, and now and then every figure, against each other.</summary>
public sealed class RandomCommands
{
    private readonly EngineFixture _fixture;
    private readonly int _seed;
    private readonly string _tag = $"{{{Guid.NewGuid():N}}}";
    private readonly RandomChoices _choose;
    private readonly CommandSource _commands;
    private readonly ReferenceEngine _reference;
    private readonly ReplyText _text;
    private readonly Queue<string> _history = [];

    /// <param name="fixture">The engine; it must be of Redis 7.2 or later.</param>
    /// <param name="seed">The same seed gives the same commands.</param>
    public RandomCommands(EngineFixture fixture, int seed)
    {
        (_fixture, _seed) = (fixture, seed);
        _choose = new(new Random(seed), _tag, ExactTime);
        _reference = new(fixture.Traits, Now);
        _text = new(fixture.Traits, ExactTime);
        var foresight = new Foresight(Now, stream => ExactTime || _reference.LastId(stream).Milliseconds >= RandomChoices.Ahead, static (_, _) => true, id => ExactTime || id.Milliseconds >= RandomChoices.Ahead);
        // Group reads claim what was delivered longest ago first: that goes by times which the reference does not know.
        _commands = new(_choose, _text, fixture.Traits with { ClaimsOnRead = fixture.Traits.ClaimsOnRead && ExactTime }, _tag, foresight);

        DateTimeOffset Now() => fixture.Now ?? TimeProvider.System.GetUtcNow();
    }

    private bool ExactTime => _fixture.Now is not null;

    private IStreamEngine Engine => _fixture.Engine;

    /// <summary>Runs so many commands.</summary>
    public async Task RunAsync(int steps)
    {
        for (var step = 1; step <= steps; step++)
        {
            if (ExactTime && _choose.Chance(20))
                await _fixture.ElapseAsync(TimeSpan.FromMilliseconds(_choose.Number(1, 500)));
            if (_choose.Chance(2))
                await TrimApproximatelyAsync(step);
            else if (step % 400 == 0)
                await CompareAsync(step, new("delete stream", engine => CommandSource.TextAsync(engine.DeleteStreamAsync(_tag + "t"))));
            else
                await CompareAsync(step, _commands.Next());
            if (step % 25 == 0 || step == steps)
                await CompareFiguresAsync(step);
        }
    }

    /// <summary>Deletes the streams that the commands were about.</summary>
    public async Task DeleteStreamsAsync()
    {
        await Engine.DeleteStreamAsync(_tag + "s");
        await Engine.DeleteStreamAsync(_tag + "t");
    }

    private async Task CompareAsync(int step, RandomCommand command)
    {
        _history.Enqueue($"{step}: {command.Text}");
        if (_history.Count > 15)
            _history.Dequeue();
        var expected = await command.ReplyOf(_reference);
        var actual = await command.ReplyOf(Engine);
        if (expected != actual)
        {
            var failure = $"Seed {_seed}, step {step}: {command.Text}\nexpected: {expected}\nactual:   {actual}\nthe last commands:\n{string.Join('\n', _history)}";
            Assert.Fail(failure.Replace(_tag, "", StringComparison.Ordinal));
        }
    }

    private async Task CompareFiguresAsync(int step)
    {
        foreach (var stream in (StreamName[])[_tag + "s", _tag + "t"])
        {
            await CompareAsync(step, new($"range {stream}", async engine => _text.OfEntries(await engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max))));
            await CompareAsync(step, new($"range {stream} back", async engine => _text.OfEntries(await engine.RangeAsync(stream, RangeBound.Min, RangeBound.Max, reverse: true))));
            await CompareAsync(step, new($"length {stream}", engine => CommandSource.TextAsync(engine.GetLengthAsync(stream))));
            await CompareAsync(step, new($"info {stream}", async engine => _text.Of(await engine.GetStreamInfoAsync(stream))));
            await CompareAsync(step, new($"groups {stream}", async engine => _text.Of(await engine.GetGroupsAsync(stream))));
            foreach (var group in (StreamName[])["g", "h"])
            {
                await CompareAsync(step, new($"consumers {stream} {group}", async engine => _text.Of(await engine.GetConsumersAsync(stream, group))));
                await CompareAsync(step, new($"pending {stream} {group}", async engine => _text.Of(
                    await engine.GetPendingAsync(new() { Stream = stream, Group = group, Count = int.MaxValue }))));
                await CompareAsync(step, new($"summary {stream} {group}", async engine => (await engine.GetPendingSummaryAsync(stream, group)).ToText()));
            }
        }
    }

    // How far the engine goes is its own affair, if it is not too far; the reference follows.
    private async Task TrimApproximatelyAsync(int step)
    {
        var (stream, exact) = (_choose.Stream(), _choose.Trim());
        var approximate = _choose.Approximately(exact);
        var length = await Engine.GetLengthAsync(stream);
        var removed = await Engine.TrimAsync(stream, approximate);
        Assert.True(approximate.Limit is null or 0 || removed <= approximate.Limit, $"Seed {_seed}, step {step}: {removed} removed by {approximate}");

        var oldest = await _reference.RangeAsync(stream, RangeBound.Min, RangeBound.Max, (int)removed);
        var allowed = exact.Strategy == TrimStrategy.MaxLength
            ? removed <= Math.Max(0, length - exact.Length)
            : removed == 0 || oldest.Entries[^1].Id < exact.Id;
        Assert.True(allowed, $"Seed {_seed}, step {step}: {removed} of {length} removed by {approximate}");
        await _reference.TrimAsync(stream, StreamTrim.MaxLength(length - removed));
        _history.Enqueue($"{step}: {approximate} {stream} removed {removed}");
    }
}
