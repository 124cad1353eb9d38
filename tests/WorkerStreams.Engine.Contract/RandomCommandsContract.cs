using Xunit;

namespace WorkerStreams.Engine.Contract;

/// <summary>Commands at random against a reference that is the specification as a plain program.</summary>
public abstract class RandomCommandsContract(EngineFixture fixture) : EngineContract(fixture)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_commands_do_what_the_reference_does(int seed)
    {
        if (Traits.TracksEveryMention)
            await new RandomCommands(Fixture, seed).RunAsync(steps: 2_500);
    }
}
