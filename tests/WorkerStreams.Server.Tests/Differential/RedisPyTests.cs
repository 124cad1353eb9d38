using WorkerStreams.Redis.Tests.Servers;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>A program of Python prints with the listener what it prints with a redis-server.</summary>
public sealed class RedisPyTests
{
    [Fact]
    public async Task The_program_of_a_tutorial_prints_the_same()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var listener = await ListenerHost.StartAsync();

        var (ours, theirs) = (await RunAsync(listener.Port), await RunAsync(server.Port));

        Assert.Equal(theirs, ours);
        Assert.EndsWith("exists 0\n", ours);
    }

    private static Task<string> RunAsync(int port) => ExternalProgram.RunPythonAsync(Path.Combine(AppContext.BaseDirectory, "tutorial.py"), $"{port}");
}
