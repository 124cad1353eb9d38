using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Failures;

/// <summary>
/// States of a server in which it serves nobody, or not all: the health check tells, the log tells once, and when it is over all goes on by itself.
/// </summary>
public abstract class ServerStateTest
{
    private const int Count = 50;

    /// <summary>Publishes and handles, has the server fail, publishes all the while, and mends it.</summary>
    /// <param name="settings">The server's settings.</param>
    /// <param name="fail">Brings the server into the state.</param>
    /// <param name="mend">Brings it out of it.</param>
    internal static async Task RecoversAsync(string[] settings, Func<ServerProcess, Task> fail, Func<ServerProcess, Task> mend)
    {
        await using var server = await ServerProcess.StartAsync(settings);
        await using var host = await NumbersHost.StartAsync(server.Configuration);
        await host.PublishAsync(0, Count);
        await host.HandlesAllAsync();
        await HealthIsAsync(host, HealthStatus.Healthy);

        await fail(server);
        var publishing = host.PublishAsync(Count, Count);
        await HealthIsAsync(host, HealthStatus.Unhealthy);
        await mend(server);

        await publishing;
        await host.HandlesAllAsync();
        await HealthIsAsync(host, HealthStatus.Healthy);
        // By event and what it is about: each loop tells once that it fails, and not each time that it fails again.
        foreach (var alike in host.Log.Lines.Where(static line => !line.Contains("Health check", StringComparison.Ordinal)).GroupBy(static line => line.Split(" starts anew ")[0]))
            Assert.True(alike.Count() <= 3, $"Told {alike.Count()} times: {alike.Key}\n{host.Log}");
    }

    protected static async Task OkAsync(ServerProcess server, params string[] commands)
    {
        foreach (var command in commands)
            Assert.DoesNotContain("-", (await server.AskAsync(command))[..1], StringComparison.Ordinal);
    }

    private static Task HealthIsAsync(NumbersHost host, HealthStatus status) =>
        host.UntilAsync(async () => await host.CheckEngineAsync() == status, () => $"not yet {status}");
}

public sealed class OutOfMemoryTests : ServerStateTest
{
    [Fact]
    public Task It_has_no_memory() =>
        RecoversAsync([], server => OkAsync(server, "CONFIG SET maxmemory 1"), server => OkAsync(server, "CONFIG SET maxmemory 0"));
}

public sealed class ReadOnlyTests : ServerStateTest
{
    [Fact]
    public Task It_is_a_replica_for_a_while() =>
        RecoversAsync([], server => OkAsync(server, "REPLICAOF 127.0.0.1 1"), server => OkAsync(server, "REPLICAOF NO ONE"));
}

public sealed class LoadingTests : ServerStateTest
{
    [Fact]
    public Task It_loads() =>
        RecoversAsync(
            ["enable-debug-command yes", "loading-process-events-interval-bytes 1024"],
            async server =>
            {
                await OkAsync(server, "DEBUG POPULATE 400", "SAVE", "CONFIG SET key-load-delay 10000", "CONFIG REWRITE");
                await server.KillAsync();
                await server.BeginAgainAsync();
                await server.UntilAsync("PING", static reply => reply.StartsWith("-LOADING", StringComparison.Ordinal));
            },
            static _ => Task.CompletedTask);
}

public sealed class BusyTests : ServerStateTest
{
    [Fact]
    public Task It_is_busy_with_a_script_which_nobody_but_its_owner_kills() =>
        RecoversAsync(
            ["lua-time-limit 100"],
            static async server =>
            {
                _ = server.AskAsync("EVAL \"while true do end\" 0");
                await server.UntilAsync("PING", static reply => reply.StartsWith("-BUSY", StringComparison.Ordinal));
            },
            static async server => Assert.Equal("+OK", await server.AskAsync("SCRIPT KILL")));
}

public sealed class WrongTypeTests : ServerStateTest
{
    [Fact]
    public Task The_streams_key_holds_something_else() =>
        RecoversAsync([], server => OkAsync(server, $"SET {NumbersHost.Name} text"), server => OkAsync(server, $"DEL {NumbersHost.Name}"));
}
