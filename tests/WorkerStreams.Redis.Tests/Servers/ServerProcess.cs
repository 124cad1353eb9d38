using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>A server on a loopback port and with a folder of its own, where it can be killed and started again.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    public const string MissingReason = $"There is no redis-server on the path, and {Variable} names none.";

    // Names the server; without it, it is the one on the path.
    private const string Variable = "WORKERSTREAMS_REDIS_SERVER";

    // A signal or "start" a line; each is echoed when it is done. The server and its folder go when the standard input ends, so also when this process is killed.
    private const string Shell =
        """
        while read -r word; do
            case $word in
                start) "$0" "$@" >>"$FOLDER/log" 2>&1 </dev/null & ;;
                KILL|TERM) kill "-$word" $!; wait $! ;;
                *) kill "-$word" $! ;;
            esac
            echo "$word"
        done
        kill -KILL $!; wait; rm -rf "$FOLDER"
        """;

    // Connections to other servers come from ports above.
    private const int FirstPort = 10_000, LastPort = 32_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromMilliseconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("worker-streams-").FullName;
    private readonly Process _shell;

    private ServerProcess(string path, string[] options, string[] settings)
    {
        var file = Path.Combine(_folder, "server.conf");
        File.WriteAllLines(file, [$"port {Port}", "bind 127.0.0.1", $"dir {_folder}", "save \"\"", "loglevel notice", .. settings]);
        ProcessStartInfo start = new("/bin/sh", ["-c", Shell, path, file, .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["FOLDER"] = _folder },
        };
        _shell = Process.Start(start)!;
    }

    public int Port { get; } = FreePort();

    /// <summary>What the server has logged.</summary>
    public string Log => File.ReadAllText(Path.Combine(_folder, "log"));

    /// <summary>The client's settings.</summary>
    public ConfigurationOptions Configuration => Client(Port);

    /// <summary>Settings of a client that has patience with answers, since other tests keep the machine busy.</summary>
    public static ConfigurationOptions Client(params ReadOnlySpan<int> ports)
    {
        var patience = (int)Patience.TotalMilliseconds;
        var configuration = new ConfigurationOptions { AllowAdmin = true, AsyncTimeout = patience, SyncTimeout = patience };
        foreach (var port in ports)
            configuration.EndPoints.Add(IPAddress.Loopback, port);
        return configuration;
    }

    /// <summary>The server's file, or null where there is none.</summary>
    public static string? Find() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? File.Exists(named) ? named : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, "redis-server"))
                .FirstOrDefault(File.Exists);

    /// <summary>Starts a server that keeps nothing unless a setting says so; skips the test where there is none.</summary>
    /// <param name="settings">Lines of its configuration file.</param>
    public static Task<ServerProcess> StartAsync(params string[] settings) => StartAsync([], settings);

    /// <inheritdoc cref="StartAsync(string[])"/>
    /// <param name="options">Options of its command line.</param>
    /// <param name="settings">Lines of its configuration file.</param>
    public static async Task<ServerProcess> StartAsync(string[] options, string[] settings)
    {
        // By these words at its beginning xunit knows an exception that skips a test; the benchmarks, which share this, have no xunit.
        if (Find() is not { } path)
            throw new InvalidOperationException($"$XunitDynamicSkip${MissingReason}");
        var server = new ServerProcess(path, options, settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it again, with what it has on disk, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        await BeginAgainAsync();
        await UntilAsync("PING", static reply => !reply.StartsWith("-LOADING", StringComparison.Ordinal));
    }

    /// <summary>Starts it again and does not wait.</summary>
    public Task BeginAgainAsync() => SignalAsync("start");

    /// <summary>Ends it without a warning.</summary>
    public Task KillAsync() => SignalAsync("KILL");

    /// <summary>Has it end in order.</summary>
    public Task StopAsync() => SignalAsync("TERM");

    /// <summary>Stalls it: its connections stay and nothing answers.</summary>
    public Task SuspendAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Asks it until the reply is as it should be.</summary>
    public async Task UntilAsync(string command, Predicate<string> isRight)
    {
        var (begun, reply) = (TimeProvider.System.GetTimestamp(), "nothing");
        while (true)
        {
            try
            {
                if (isRight(reply = await AskAsync(command)))
                    return;
            }
            catch (Exception away) when (away is SocketException or IOException)
            {
                // Not there yet.
            }
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"To {command} the server answers {reply}. Its log:\n{Log}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Asks it, without a client: the reply's first line, or its text where it has a length.</summary>
    public async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(client.GetStream());
        var line = await reader.ReadLineAsync() ?? throw new EndOfStreamException();
        if (!line.StartsWith('$'))
            return line;
        var text = new char[int.Parse(line[1..], CultureInfo.InvariantCulture)];
        await reader.ReadBlockAsync(text);
        return new(text);
    }

    /// <summary>How often it has been sent a command.</summary>
    public async Task<int> CallsAsync(string command)
    {
        var counted = $"cmdstat_{command}:calls=";
        return (await AskAsync("INFO commandstats")).Split("\r\n").FirstOrDefault(line => line.StartsWith(counted, StringComparison.Ordinal)) is { } line
            ? int.Parse(line[counted.Length..line.IndexOf(',', StringComparison.Ordinal)], CultureInfo.InvariantCulture)
            : 0;
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
    }

    /// <summary>A port on which nobody listens.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(FirstPort, LastPort);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private async Task SignalAsync(string word)
    {
        await _shell.StandardInput.WriteLineAsync(word);
        await _shell.StandardInput.FlushAsync(CancellationToken.None);
        if (await _shell.StandardOutput.ReadLineAsync(CancellationToken.None) is var echo && echo != word)
            throw new InvalidOperationException($"The server's shell answers '{echo}' to {word}.");
    }
}
