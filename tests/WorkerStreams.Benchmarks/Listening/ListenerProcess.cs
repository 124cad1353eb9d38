using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace WorkerStreams.Benchmarks.Listening;

/// <summary>The sample EmbeddedServer as a process of its own, which ends with this one.</summary>
internal sealed class ListenerProcess : IAsyncDisposable
{
    // The shell's input ends with whoever started it, however that ends.
    private const string Shell = "\"$@\" & echo $!; read -r _; kill $!; wait";

    private readonly Process _shell;
    private readonly int _id;

    private ListenerProcess(Process shell, int id, int port) => (_shell, _id, Port) = (shell, id, port);

    public int Port { get; }

    /// <summary>The memory that it has, in bytes.</summary>
    public long Memory
    {
        get
        {
            using var process = Process.GetProcessById(_id);
            return process.WorkingSet64;
        }
    }

    public static async Task<ListenerProcess> StartAsync()
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new("/bin/sh", ["-c", Shell, "sh", dotnet, Path.Combine(AppContext.BaseDirectory, "EmbeddedServer.dll"), "--port", "0"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var shell = Process.Start(start)!;
        var id = int.Parse(await ReadLineAsync(shell), CultureInfo.InvariantCulture);
        // listening on 127.0.0.1:6379; Ctrl-C ends
        var port = IPEndPoint.Parse((await ReadLineAsync(shell)).Split(' ', ';')[2]).Port;
        return new(shell, id, port);
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static async Task<string> ReadLineAsync(Process shell) =>
        await shell.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("EmbeddedServer has ended.");
}
