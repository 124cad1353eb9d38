using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>Where nodes end, and commands at random on nodes of every small size.</summary>
public sealed class NodeSizes
{
    [Theory]
    [InlineData(1, 1_000_000, 9)]
    [InlineData(4, 1_000_000, 8)]
    [InlineData(1_000, 256, 9)]
    [InlineData(1_000, 1_000_000, 0)]
    public async Task A_node_ends_where_its_entries_or_its_bytes_reach_their_limit(int maxEntries, int maxBytes, int removed)
    {
        using var engine = new InProcessStreamEngine(new() { NodeMaxEntries = maxEntries, NodeMaxBytes = maxBytes });
        for (var i = 0; i < 10; i++)
            await engine.AppendAsync("s", new AppendEntry(EntryFields.Of(("f", new string('x', 60)))));
        Assert.Equal(removed, await engine.TrimAsync("s", StreamTrim.MaxLength(1, approximate: true)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(10)]
    public async Task Random_commands_do_what_the_reference_does_and_leave_no_memory_behind(int nodeMaxEntries)
    {
        await using var fixture = new SizedFixture(nodeMaxEntries);
        await fixture.InitializeAsync();
        var commands = new RandomCommands(fixture, seed: 100 + nodeMaxEntries);
        await commands.RunAsync(steps: 2_500);
        await commands.DeleteStreamsAsync();
        Assert.Equal(0, ((InProcessStreamEngine)fixture.Engine).UsedMemory);
    }
}
