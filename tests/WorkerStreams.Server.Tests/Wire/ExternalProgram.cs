using System.Diagnostics;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>Programs of this machine that talk to servers.</summary>
internal static class ExternalProgram
{
    // By these words at its beginning xunit knows an exception that skips a test.
    private const string Skip = "$XunitDynamicSkip$";

    /// <summary>A file of a program on the path, or null.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program of the path to its end; skips the test where there is none.</summary>
    /// <returns>What it has printed.</returns>
    public static async Task<string> RunAsync(string name, params string[] arguments) =>
        (await RunFileAsync(Find(name) ?? throw Missing($"There is no {name} on the path."), arguments)).Output;

    /// <summary>Runs a Python program with redis-py to its end; skips the test where there is none.</summary>
    /// <returns>What it has printed.</returns>
    public static async Task<string> RunPythonAsync(params string[] arguments)
    {
        // The system's own has the system's packages; another may stand before it on the path.
        foreach (var python in (string?[])["/usr/bin/python3", Find("python3")])
        {
            if (python is null || !File.Exists(python) || (await RunFileAsync(python, ["-c", "import redis"])).Status != 0)
                continue;
            var (status, output, errors) = await RunFileAsync(python, arguments);
            Assert.True(status == 0, output + errors);
            return output;
        }
        throw Missing("There is no python3 with redis-py (Debian's python3-redis).");
    }

    private static InvalidOperationException Missing(string reason) => new(Skip + reason);

    private static async Task<(int Status, string Output, string Errors)> RunFileAsync(string path, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
