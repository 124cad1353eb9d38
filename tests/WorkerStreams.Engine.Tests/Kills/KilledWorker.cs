using System.Diagnostics;
using System.Globalization;
using WorkerStreams.EngineWorker;
using Xunit;

namespace WorkerStreams.Engine.Tests.Kills;

/// <summary>A process that works on an engine's folder, and is killed.</summary>
internal sealed class KilledWorker : IDisposable
{
    /// <summary>The line by which it has told what it has found.</summary>
    public const string Found = "found";

    private readonly Process _process;
    private readonly Task<string> _errors;

    private KilledWorker(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static KilledWorker Start(string folder, int seed, int tasks, DateTimeOffset now, bool isMemoryShort)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "WorkerStreams.EngineWorker.dll"), folder, Text(seed), Text(tasks), Text(now.ToUnixTimeMilliseconds()), isMemoryShort.ToString()];
        return new(Process.Start(new ProcessStartInfo(host, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    /// <summary>Kills it once it has told so many lines of its work, or after some time, and gives all that it has told.</summary>
    public async Task<List<string>> TellAndDieAsync(int lines, TimeSpan? after)
    {
        using var timer = after is { } time ? TimeProvider.System.CreateTimer(_ => _process.Kill(), null, time, Timeout.InfiniteTimeSpan) : null;
        var told = new List<string>();
        var (left, hasFound, isKilled) = (lines, false, after is not null);
        while (await ReadLineAsync() is { } line)
        {
            told.Add(line);
            hasFound |= line == Found;
            if (!hasFound || isKilled || left-- > 0)
                continue;
            _process.Kill();
            isKilled = true;
        }
        await _process.WaitForExitAsync();
        var errors = await _errors;
        Assert.True(isKilled && errors.Length == 0, $"The worker ended by itself: {errors}\n{string.Join('\n', told.TakeLast(10))}");
        return told;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    // What was not told wholly tells of what had not begun, or had not returned.
    private async Task<string?> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync() is { } line && line.EndsWith(Story.End) ? line[..^1] : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
