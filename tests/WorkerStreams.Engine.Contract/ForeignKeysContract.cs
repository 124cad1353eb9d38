using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>An engine that also keeps keys that are no streams.</summary>
public interface IForeignKeys
{
    /// <summary>Puts something that is no stream under the name, over whatever was there.</summary>
    ValueTask SetForeignKeyAsync(StreamName name);
}

/// <summary>A key that holds no stream is refused. Only for engines that can hold such keys.</summary>
public abstract class ForeignKeysContract(EngineFixture fixture, IForeignKeys keys) : EngineContract(fixture)
{
    [Fact]
    public async Task Every_command_refuses_a_key_of_another_type()
    {
        await keys.SetForeignKeyAsync(Stream);
        Func<Task>[] calls =
        [
            async () => await AppendAsync("1-0"),
            async () => await AppendAsync("1-0", new AppendOptions { CreateStream = false }),
            async () => await Engine.ReadAsync(ReadFrom("0")),
            async () => await Engine.ReadGroupAsync(ReadFor("a")),
            async () => await Engine.AcknowledgeAsync(Stream, Group, Ids("1-0")),
            async () => await Engine.ClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", Ids = Ids("1-0") }),
            async () => await Engine.AutoClaimAsync(new() { Stream = Stream, Group = Group, Consumer = "a", MinIdle = TimeSpan.Zero }),
            async () => await Engine.GetPendingSummaryAsync(Stream, Group),
            async () => await Engine.GetPendingAsync(new() { Stream = Stream, Group = Group, Count = 1 }),
            async () => await RangeAsync(),
            async () => await Engine.DeleteAsync(Stream, Ids("1-0")),
            async () => await Engine.DeleteAsync(Stream, Ids("1-0"), EntryReferences.Keep, new DeletionOutcome[1]),
            async () => await Engine.AcknowledgeAndDeleteAsync(Stream, Group, Ids("1-0"), EntryReferences.Delete, new DeletionOutcome[1]),
            async () => await Engine.MoveAsync(new() { Source = Stream, Destination = Other, Entries = new[] { new MoveEntry(Id("1-0"), Fields()) } }, new StreamEntryId?[1]),
            async () => await Engine.TrimAsync(Stream, StreamTrim.MaxLength(0)),
            async () => await Engine.GetLengthAsync(Stream),
            async () => await Engine.SetIdAsync(Stream, Id("1-0")),
            async () => await CreateGroupAsync(),
            async () => await Engine.SetGroupIdAsync(Stream, Group, GroupPosition.End),
            async () => await Engine.DestroyGroupAsync(Stream, Group),
            async () => await Engine.CreateConsumerAsync(Stream, Group, "a"),
            async () => await Engine.DeleteConsumerAsync(Stream, Group, "a"),
            async () => await Engine.GetStreamInfoAsync(Stream),
            async () => await Engine.GetGroupsAsync(Stream),
            async () => await Engine.GetConsumersAsync(Stream, Group),
        ];
        foreach (var call in calls)
            await FailsAsync(EngineError.WrongType, call);
    }

    [Fact]
    public async Task The_id_0_0_is_refused_before_the_type_is_looked_at()
    {
        await keys.SetForeignKeyAsync(Stream);
        await FailsAsync(EngineError.IdIsZero, () => AppendAsync("0-0"));
    }

    [Fact]
    public async Task A_key_of_another_type_in_its_place_wakes_a_group_read_and_no_other()
    {
        await CreateGroupAsync();
        var (group, plain) = (await BlockAsync(ReadFor("a")), await BlockAsync(ReadFrom("$")));
        await keys.SetForeignKeyAsync(Stream);
        if (Traits.RepeatsBlockedReads)
            await FailsAsync(EngineError.WrongType, group.ReplyAsync);
        await plain.WaitsAsync();
        await Engine.DeleteStreamAsync(Stream);
        await AppendAsync("1-0");
        Assert.Equal("1-0", await plain.ServedAsync());
    }
}
