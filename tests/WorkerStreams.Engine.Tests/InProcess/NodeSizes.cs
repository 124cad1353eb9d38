using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

/// <summary>Commands at random on nodes of every small size.</summary>
public sealed class NodeSizes
{
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
