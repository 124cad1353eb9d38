using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>What comes from outside as a dump may be anything.</summary>
public sealed class DumpTests
{
    [Fact]
    public async Task A_flipped_bit_or_a_cut_anywhere_is_refused_and_changes_nothing()
    {
        using var engine = await FilledAsync();
        var dump = (await engine.DumpAsync("s"))!;
        for (var at = 0; at < dump.Length; at++)
        {
            var flipped = dump.ToArray();
            flipped[at] ^= 0x10;
            await Refused(flipped);
            await Refused(dump[..at]);
        }
        Assert.Equal(["s"], engine.GetKeys().Select(static key => key.ToString()));

        async Task Refused(byte[] bytes)
        {
            var refusal = await Assert.ThrowsAsync<StreamEngineException>(async () => await engine.RestoreAsync("t", bytes));
            Assert.Equal("ERR DUMP payload version or checksum are wrong", refusal.Message);
        }
    }

    [Fact]
    public async Task Who_makes_a_dump_up_with_a_right_checksum_is_refused_or_gets_a_stream_that_works()
    {
        using var engine = await FilledAsync();
        var dump = (await engine.DumpAsync("s"))!;
        var (random, restored) = (new Random(7), 0);
        for (var round = 0; round < 20_000; round++)
        {
            var made = dump.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
                made[random.Next(8, made.Length - 4)] = (byte)random.Next(256);
            BitConverter.TryWriteBytes(made.AsSpan(made.Length - 4), Crc32C.Of(made.AsSpan(0, made.Length - 4)));
            try
            {
                await engine.RestoreAsync("t", made, replace: true);
                restored++;
            }
            catch (StreamEngineException refusal)
            {
                Assert.Contains(refusal.Code, (StreamErrorCode[])[StreamErrorCode.InvalidArgument, StreamErrorCode.EntryTooLarge, StreamErrorCode.OutOfMemory]);
                continue;
            }
            using var full = await engine.GetFullStreamInfoAsync("t", null);
            Assert.Equal(full.Stream.Length, full.Entries.Count);
            Assert.InRange(full.Stream.Idempotency.Ids, 0, full.Stream.Idempotency.IdsAdded);
            foreach (var group in full.Groups)
            {
                (await engine.AutoClaimAsync(new() { Stream = "t", Group = group.Group.Name, Consumer = "x", MinIdle = TimeSpan.Zero, Count = 100 })).Dispose();
                (await engine.ReadGroupAsync(new() { Group = group.Group.Name, Consumer = "x", ClaimMinIdle = TimeSpan.Zero, Streams = [new("t", ReadPosition.Undelivered)] })).Dispose();
            }
        }
        Assert.InRange(restored, 100, 19_900);
        await engine.DeleteStreamAsync("t");
        await engine.DeleteStreamAsync("s");
        Assert.Equal(0, engine.UsedMemory);
    }

    private static async Task<InProcessStreamEngine> FilledAsync()
    {
        var engine = new InProcessStreamEngine(new() { MaxMemory = 4 << 20 });
        foreach (var id in (string[])["1-1", "2-1", "3-1"])
            await engine.AppendAsync("s", new(EntryFields.Of(("a", "1")), NewEntryId.Parse(id)));
        await engine.AppendOnceAsync("s", new(EntryFields.Of(("a", "1"))), IdempotencyKey.Of("p", "1"));
        await engine.AppendOnceAsync("s", new(EntryFields.Of(("a", "1"))), IdempotencyKey.OfFields("p"));
        await engine.CreateGroupAsync("s", "g", GroupPosition.Beginning);
        (await engine.ReadGroupAsync(new() { Group = "g", Consumer = "c", Streams = [new("s", ReadPosition.Undelivered)] })).Dispose();
        return engine;
    }
}
