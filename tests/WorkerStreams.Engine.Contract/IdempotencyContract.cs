using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>XADD with IDMP and IDMPAUTO, XCFGSET (8.6), and XIDMPRECORD (8.6.2). Nothing is tested where the engine's server has none.</summary>
public abstract class IdempotencyContract(EngineFixture fixture) : EngineContract(fixture)
{
    private static readonly IdempotencyKey Key = IdempotencyKey.Of("p", "1");

    [Fact]
    public async Task An_append_is_done_once()
    {
        if (!Traits.AppendsOnce)
            return;
        var first = await OnceAsync(Key, "first");
        var other = await OnceAsync(IdempotencyKey.Of("p", "2"));
        Assert.Equal(first, await OnceAsync(Key, "other fields", new() { Trim = StreamTrim.MaxLength(0) }));
        Assert.Equal($"{first} {other}", await RangeAsync());
        Assert.Equal("2 2 1", await CountsAsync());
        Assert.Equal(2, (await Engine.GetStreamInfoAsync(Stream)).EntriesAdded);
    }

    [Fact]
    public async Task It_is_remembered_though_the_entry_is_gone()
    {
        if (!Traits.AppendsOnce)
            return;
        var id = (await OnceAsync(Key))!.Value;
        await Engine.DeleteAsync(Stream, new[] { id });
        Assert.Equal(id, await OnceAsync(Key));
        var other = await OnceAsync(IdempotencyKey.Of("p", "2"));
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        Assert.Equal(other, await OnceAsync(IdempotencyKey.Of("p", "2")));
        Assert.Equal("", await RangeAsync());
    }

    [Fact]
    public async Task Producers_do_not_know_of_each_other()
    {
        if (!Traits.AppendsOnce)
            return;
        var (first, second) = (await OnceAsync(Key), await OnceAsync(IdempotencyKey.Of("q", "1")));
        Assert.NotEqual(first, second);
        Assert.Equal((first, second), (await OnceAsync(Key), await OnceAsync(IdempotencyKey.Of("q", "1"))));
        Assert.Equal(2, (await InfoAsync()).Producers);
    }

    [Fact]
    public async Task Names_are_any_bytes()
    {
        if (!Traits.AppendsOnce)
            return;
        HashSet<StreamEntryId?> ids = [];
        for (var value = 0; value < 256; value++)
            ids.Add(await OnceAsync(IdempotencyKey.Of(new([(byte)value]), new([0, (byte)value]))));
        Assert.Equal(256, ids.Count);
        Assert.Contains(await OnceAsync(IdempotencyKey.Of(new([255]), new([0, 255]))), ids);
    }

    [Fact]
    public async Task Fields_tell_an_append_in_any_order()
    {
        if (!Traits.AppendsOnce)
            return;
        var first = await AutoAsync(("a", "1"), ("b", "2"));
        Assert.Equal(first, await AutoAsync(("b", "2"), ("a", "1")));
        HashSet<StreamEntryId?> ids =
        [
            first, await AutoAsync(("a", "1"), ("b", "3")), await AutoAsync(("a", "2"), ("b", "1")), await AutoAsync(("1", "a"), ("2", "b")), await AutoAsync(("a", "1")),
            await AutoAsync(("a", "1"), ("b", "2"), ("b", "2")), await AutoAsync(("a1", ""), ("b", "2")), await AutoAsync(("a", "1"), ("a", "1")), await AutoAsync(("c", "1"), ("c", "1")),
        ];
        Assert.Equal(9, ids.Count);
        Assert.NotEqual(first, await Engine.AppendOnceAsync(Stream, new AppendEntry(EntryFields.Of(("a", "1"), ("b", "2"))), IdempotencyKey.OfFields("q")));
        Assert.Equal("10 10 1", await CountsAsync());
    }

    [Fact]
    public async Task Ids_are_the_engines_to_make()
    {
        if (!Traits.AppendsOnce)
            return;
        foreach (var id in (string[])["5-0", "5-*"])
            await FailsAsync(EngineError.OnceWithId, () => Engine.AppendOnceAsync(Stream, new AppendEntry(Fields(), NewEntryId.Parse(id)), Key));
        await FailsAsync(EngineError.NoFields, () => Engine.AppendOnceAsync(Stream, new AppendEntry(default), Key));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
    }

    [Fact]
    public async Task Without_leave_to_make_a_stream_nothing_is_remembered()
    {
        if (!Traits.AppendsOnce)
            return;
        Assert.Null(await OnceAsync(Key, options: new() { CreateStream = false }));
        await FailsAsync(EngineError.NoKey, () => Engine.GetStreamInfoAsync(Stream));
        await CreateGroupAsync();
        var id = await OnceAsync(Key, options: new() { CreateStream = false });
        Assert.NotNull(id);
        Assert.Equal(id, await OnceAsync(Key));
    }

    [Fact]
    public async Task It_trims_when_it_is_done()
    {
        if (!Traits.AppendsOnce)
            return;
        await AppendAsync("1-0 2-0");
        var id = await OnceAsync(Key, options: new() { Trim = StreamTrim.MaxLength(1) });
        Assert.Equal($"{id}", await RangeAsync());
    }

    [Fact]
    public async Task Who_waits_is_served_once()
    {
        if (!Traits.AppendsOnce)
            return;
        var (first, id) = (await BlockAsync(ReadFrom("$")), await OnceAsync(Key));
        Assert.Equal($"{id}", await first.ServedAsync());
        var second = await BlockAsync(ReadFrom("$"));
        await OnceAsync(Key);
        await second.WaitsAsync();
        var next = await OnceAsync(IdempotencyKey.Of("p", "2"));
        Assert.Equal($"{next}", await second.ServedAsync());
    }

    [Fact]
    public async Task It_is_forgotten_after_its_time()
    {
        if (!Traits.AppendsOnce)
            return;
        await CreateGroupAsync();
        await Engine.SetIdempotencyAsync(Stream, TimeSpan.FromSeconds(1));
        var first = await OnceAsync(Key);
        await Fixture.ElapseAsync(TimeSpan.FromMilliseconds(600));
        var other = await OnceAsync(IdempotencyKey.Of("q", "1"));
        Assert.Equal(first, await OnceAsync(Key));
        await Fixture.ElapseAsync(TimeSpan.FromMilliseconds(400) + Lag);
        if (Fixture.Now is not null)
            Assert.Equal("1 2 1", await CountsAsync());
        Assert.NotEqual(first, await OnceAsync(Key));
        if (Fixture.Now is not null)
            Assert.Equal(other, await OnceAsync(IdempotencyKey.Of("q", "1")));
    }

    [Fact]
    public async Task The_oldest_of_a_producer_is_forgotten_where_there_are_too_many()
    {
        if (!Traits.AppendsOnce)
            return;
        await CreateGroupAsync();
        await Engine.SetIdempotencyAsync(Stream, maxIds: 2);
        StreamEntryId?[] ids = [await OnceAsync(Key), await OnceAsync(IdempotencyKey.Of("q", "1")), await OnceAsync(IdempotencyKey.Of("p", "2"))];
        Assert.Equal(ids[0], await OnceAsync(Key));
        await OnceAsync(IdempotencyKey.Of("p", "3"));
        Assert.Equal("3 4 1", await CountsAsync());
        Assert.Equal(ids[1..], [await OnceAsync(IdempotencyKey.Of("q", "1")), await OnceAsync(IdempotencyKey.Of("p", "2"))]);
        Assert.NotEqual(ids[0], await OnceAsync(Key));
        Assert.NotEqual(ids[2], await OnceAsync(IdempotencyKey.Of("p", "2")));
    }

    [Fact]
    public async Task What_is_remembered_can_be_set()
    {
        if (!Traits.AppendsOnce)
            return;
        var first = await OnceAsync(Key);
        await Engine.SetIdempotencyAsync(Stream, TimeSpan.FromSeconds(100), 100);
        Assert.Equal(first, await OnceAsync(Key));
        await Engine.SetIdempotencyAsync(Stream, TimeSpan.FromDays(1));
        var second = await OnceAsync(Key);
        Assert.NotEqual(first, second);
        await Engine.SetIdempotencyAsync(Stream, maxIds: 10_000);
        Assert.NotEqual(second, await OnceAsync(Key));
        Assert.Equal(new IdempotencyInfo(TimeSpan.FromDays(1), 10_000, 1, 1, 3, 1), await InfoAsync());
    }

    [Fact]
    public async Task What_cannot_be_set_is_refused()
    {
        if (!Traits.AppendsOnce)
            return;
        await AppendAsync("1-0");
        Func<ValueTask>[] calls =
        [
            () => Engine.SetIdempotencyAsync(Stream),
            () => Engine.SetIdempotencyAsync(Stream, TimeSpan.Zero),
            () => Engine.SetIdempotencyAsync(Stream, TimeSpan.FromSeconds(86_401)),
            () => Engine.SetIdempotencyAsync(Stream, maxIds: 0),
            () => Engine.SetIdempotencyAsync(Stream, TimeSpan.FromSeconds(1), maxIds: 10_001),
        ];
        foreach (var call in calls)
            Assert.Equal(StreamErrorCode.InvalidArgument, (await Assert.ThrowsAsync<StreamEngineException>(() => call().AsTask())).Code);
        await FailsAsync(EngineError.NoKey, () => Engine.SetIdempotencyAsync(Other, maxIds: 1));
        Assert.Equal(IdempotencyInfo.Default, await InfoAsync());
    }

    [Fact]
    public async Task The_figures_are_told()
    {
        if (!Traits.AppendsOnce)
            return;
        await OnceAsync(Key);
        await OnceAsync(Key);
        await OnceAsync(IdempotencyKey.Of("p", "2"));
        await OnceAsync(IdempotencyKey.Of("q", "1"));
        Assert.Equal(new IdempotencyInfo(TimeSpan.FromSeconds(100), 100, 2, 3, 3, 1), await InfoAsync());
    }

    [Fact]
    public async Task A_stream_made_anew_remembers_nothing()
    {
        if (!Traits.AppendsOnce)
            return;
        await OnceAsync(Key);
        await Engine.DeleteStreamAsync(Stream);
        await OnceAsync(Key);
        Assert.Equal("1 1 0", await CountsAsync());
    }

    [Fact]
    public async Task It_is_forgotten_by_the_time_in_its_id()
    {
        if (!Traits.AppendsOnce)
            return;
        await CreateGroupAsync();
        await Engine.SetIdempotencyAsync(Stream, TimeSpan.FromSeconds(1));
        await Engine.SetIdAsync(Stream, new(1UL << 42, 0));
        var id = await OnceAsync(Key);
        await Fixture.ElapseAsync(TimeSpan.FromSeconds(1) + Lag);
        Assert.Equal(id, await OnceAsync(Key));
        Assert.Equal("1 1 1", await CountsAsync());
    }

    [Fact]
    public async Task An_append_is_recorded_as_one_that_is_to_be_done_once()
    {
        if (!Traits.RecordsAppends)
            return;
        var (first, other) = (await PlainAsync(), await PlainAsync());
        await Engine.RecordIdempotencyAsync(Stream, Key, first);
        await Engine.RecordIdempotencyAsync(Stream, Key, first);
        await Engine.RecordIdempotencyAsync(Stream, IdempotencyKey.Of("p", "2"), first);
        await Engine.RecordIdempotencyAsync(Stream, IdempotencyKey.Of("q", "1"), other);
        Assert.Equal("3 3 0", await CountsAsync());
        Assert.Equal([first, first, other], [await OnceAsync(Key), await OnceAsync(IdempotencyKey.Of("p", "2")), await OnceAsync(IdempotencyKey.Of("q", "1"))]);
        await Engine.DeleteAsync(Stream, new[] { first });
        Assert.Equal(first, await OnceAsync(Key));
        Assert.Equal("3 3 4", await CountsAsync());
        Assert.Equal($"{other}", await RangeAsync());
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_refused()
    {
        if (!Traits.RecordsAppends)
            return;
        await FailsAsync(EngineError.NoKey, () => Engine.RecordIdempotencyAsync(Stream, Key, new(1, 0)));
        var (first, other, gone) = (await PlainAsync(), await PlainAsync(), await PlainAsync());
        await Engine.DeleteAsync(Stream, new[] { gone });
        await Engine.RecordIdempotencyAsync(Stream, Key, first);
        await FailsAsync(EngineError.NoProducer, () => Engine.RecordIdempotencyAsync(Stream, default, first));
        await FailsAsync(EngineError.NoIdempotentId, () => Engine.RecordIdempotencyAsync(Stream, IdempotencyKey.OfFields("p"), first));
        await FailsAsync(EngineError.NoSuchEntry, () => Engine.RecordIdempotencyAsync(Stream, Key, gone));
        await FailsAsync(EngineError.NoSuchEntry, () => Engine.RecordIdempotencyAsync(Stream, Key, new(gone.Milliseconds, gone.Sequence + 1)));
        await FailsAsync(EngineError.KnownByOther, () => Engine.RecordIdempotencyAsync(Stream, Key, other));
        Assert.Equal("1 1 0", await CountsAsync());
    }

    [Fact]
    public async Task What_is_recorded_is_forgotten_by_the_time_in_its_id()
    {
        if (!Traits.RecordsAppends)
            return;
        var old = await PlainAsync();
        await Engine.SetIdempotencyAsync(Stream, TimeSpan.FromSeconds(1));
        await Fixture.ElapseAsync(TimeSpan.FromMilliseconds(600));
        var later = await PlainAsync();
        await Engine.RecordIdempotencyAsync(Stream, IdempotencyKey.Of("q", "1"), later);
        await Engine.RecordIdempotencyAsync(Stream, Key, old);
        await Fixture.ElapseAsync(TimeSpan.FromMilliseconds(400) + Lag);
        Assert.NotEqual(old, await OnceAsync(Key));
        if (Fixture.Now is not null)
            Assert.Equal(later, await OnceAsync(IdempotencyKey.Of("q", "1")));
    }

    [Fact]
    public async Task What_was_recorded_first_is_forgotten_where_there_are_too_many()
    {
        if (!Traits.RecordsAppends)
            return;
        StreamEntryId[] ids = [await PlainAsync(), await PlainAsync(), await PlainAsync()];
        await Engine.SetIdempotencyAsync(Stream, maxIds: 2);
        for (var i = 2; i >= 0; i--)
            await Engine.RecordIdempotencyAsync(Stream, IdempotencyKey.Of("p", $"{i}"), ids[i]);
        Assert.Equal("2 3 0", await CountsAsync());
        Assert.Equal(ids[1], await OnceAsync(IdempotencyKey.Of("p", "1")));
        Assert.NotEqual(ids[2], await OnceAsync(IdempotencyKey.Of("p", "2")));
        Assert.Equal(ids[0], await OnceAsync(IdempotencyKey.Of("p", "0")));
        Assert.NotEqual(ids[1], await OnceAsync(IdempotencyKey.Of("p", "1")));
    }

    // A server looks once a second for what it is to forget.
    private TimeSpan Lag => Fixture.Now is null ? TimeSpan.FromMilliseconds(1500) : TimeSpan.Zero;

    private async Task<StreamEntryId> PlainAsync() => (await Engine.AppendAsync(Stream, new AppendEntry(Fields())))!.Value;

    private ValueTask<StreamEntryId?> OnceAsync(IdempotencyKey key, string value = "v", AppendOptions? options = null) =>
        Engine.AppendOnceAsync(Stream, new AppendEntry(Fields(value)), key, options);

    private ValueTask<StreamEntryId?> AutoAsync(params (string, string)[] fields) =>
        Engine.AppendOnceAsync(Stream, new AppendEntry(EntryFields.Of(fields)), IdempotencyKey.OfFields("p"));

    private async Task<IdempotencyInfo> InfoAsync() => (await Engine.GetStreamInfoAsync(Stream)).Idempotency;

    // Remembered now, ever, and not done again.
    private async Task<string> CountsAsync()
    {
        var info = await InfoAsync();
        return $"{info.Ids} {info.IdsAdded} {info.Duplicates}";
    }
}
