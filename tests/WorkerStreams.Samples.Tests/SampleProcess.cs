using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace WorkerStreams.Samples.Tests;

/// <summary>A sample that runs as a process of its own, as its users run it.</summary>
internal sealed class SampleProcess : IDisposable
{
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly CancellationTokenSource _deadline;
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private readonly List<string> _read = [];
    private readonly Task<string> _errors;

    private SampleProcess(Process process, TimeSpan duration)
    {
        (_process, _deadline) = (process, new(duration, TimeProvider.System));
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                _output.Writer.Complete();
            else
                _output.Writer.TryWrite(line.Data);
        };
        process.BeginOutputReadLine();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a sample, which was built beside the tests.</summary>
    public static SampleProcess Start(string sample, params string[] arguments) => StartIn("", sample, arguments);

    /// <summary>Starts a sample in a directory; in the current one where it is empty.</summary>
    public static SampleProcess StartIn(string directory, string sample, params string[] arguments) => StartFor(MaxDuration, directory, sample, arguments);

    /// <summary>Starts a sample that may take so long, in a directory; in the current one where it is empty.</summary>
    public static SampleProcess StartFor(TimeSpan duration, string directory, string sample, params string[] arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, sample + ".dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        return new(Process.Start(start)!, duration);
    }

    /// <summary>Runs a sample to its end.</summary>
    public static async Task<SampleResult> RunAsync(string sample, params string[] arguments)
    {
        using var process = Start(sample, arguments);
        return await process.WaitForExitAsync();
    }

    /// <summary>The next line of output that begins so.</summary>
    public async Task<string> ReadLineAsync(string start)
    {
        await foreach (var line in _output.Reader.ReadAllAsync(_deadline.Token))
        {
            _read.Add(line);
            if (line.StartsWith(start, StringComparison.Ordinal))
                return line;
        }
        throw new InvalidOperationException($"The sample ended without a line '{start}'. It wrote: {string.Join('\n', _read)}\n{await _errors}");
    }

    /// <summary>What Ctrl-C does: SIGINT.</summary>
    public void Interrupt() => Signal("INT");

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGSTOP: it does nothing until <see cref="Resume"/>.</summary>
    public void Suspend() => Signal("STOP");

    public void Resume() => Signal("CONT");

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>SIGKILL.</summary>
    public void Kill() => _process.Kill();

    public async Task<SampleResult> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(_deadline.Token);
        await foreach (var line in _output.Reader.ReadAllAsync(_deadline.Token))
            _read.Add(line);
        return new(_process.ExitCode, _read, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        _deadline.Dispose();
    }

    private void Signal(string signal) => Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
}

/// <summary>What a sample left behind.</summary>
internal sealed record SampleResult(int Status, IReadOnlyList<string> Output, string Errors);
