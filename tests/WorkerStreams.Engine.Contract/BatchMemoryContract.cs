using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>A batch owns its memory: whatever happens to the stream, what was read stays as it was until the batch is disposed.</summary>
public abstract class BatchMemoryContract(EngineFixture fixture) : EngineContract(fixture)
{
    private const int Entries = 250;

    [Fact]
    public async Task What_was_read_outlives_trimming_deleting_and_much_that_is_appended()
    {
        await FillAsync();
        await CreateGroupAsync();
        using var range = await Engine.RangeAsync(Stream, RangeBound.Min, RangeBound.Max);
        using var read = await Engine.ReadAsync(ReadFrom("0"));
        using var delivered = await Engine.ReadGroupAsync(ReadFor("a"));
        using var history = await Engine.ReadGroupAsync(ReadFor("a", "0"));
        using var claimed = await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "b", Ids = Ids(IdRun(1, Entries)) });
        using var autoClaimed = await Engine.AutoClaimAsync(
            new() { Stream = Stream, Group = Group, Consumer = "a", MinIdle = TimeSpan.Zero, Count = Entries });

        await Engine.DeleteAsync(Stream, Ids(IdRun(2, Entries / 2)));
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(1));
        await Engine.DeleteStreamAsync(Stream);
        await ChurnAsync();

        foreach (var batch in (EntryBatch[])[range, read, delivered, history, claimed, autoClaimed.Entries])
            AssertIntact(batch);
    }

    [Fact]
    public async Task Batches_are_disposed_each_for_itself()
    {
        await FillAsync();
        using var kept = await Engine.ReadAsync(ReadFrom("0"));
        var given = await Engine.ReadAsync(ReadFrom("0"));
        given.Dispose();
        given.Dispose();
        Assert.Throws<ObjectDisposedException>(() => given.Entries.Length);
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        await ChurnAsync();
        AssertIntact(kept);
    }

    [Fact]
    public async Task A_batch_that_a_wait_was_served_with_owns_its_memory_too()
    {
        var read = await BlockAsync(ReadFrom("$"));
        await Engine.AppendAsync(Stream, new AppendEntry(Value(1), Id("1-0")));
        await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0));
        await ChurnAsync();
        using var batch = await read.ReplyAsync();
        Assert.Equal(Value(1).Encoded, batch.Entries[0].Fields.Encoded);
    }

    private static EntryFields Value(int number) => EntryFields.Of(("number", $"{number}"), ("value", new string((char)('a' + (number % 26)), 40 + number)));

    private async Task FillAsync()
    {
        for (var i = 1; i <= Entries; i++)
            await Engine.AppendAsync(Stream, new AppendEntry(Value(i), new StreamEntryId((ulong)i, 0)));
    }

    // Enough to have any memory that was given back used again.
    private async Task ChurnAsync()
    {
        for (var i = 0; i < 2_000; i++)
            await AppendAsync("*", i % 2 == 0 ? Stream : Other);
    }

    private static void AssertIntact(EntryBatch batch)
    {
        Assert.Equal(Entries, batch.Count);
        for (var i = 0; i < Entries; i++)
        {
            Assert.Equal(new StreamEntryId((ulong)i + 1, 0), batch.Entries[i].Id);
            Assert.Equal(Value(i + 1).Encoded, batch.Entries[i].Fields.Encoded);
        }
    }
}
