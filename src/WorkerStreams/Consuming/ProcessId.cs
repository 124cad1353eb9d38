using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace WorkerStreams.Consuming;

/// <summary>
/// Tells a process from every other: the machine, the number, when it started; and on Linux, where many machines of one name have processes of the same numbers, the start
/// of the kernel and the name space of the numbers.
/// </summary>
internal static class ProcessId
{
    private static readonly string Place = $"{Environment.MachineName}:{Boot}";

    public static string Current { get; } = Of(Environment.ProcessId);

    /// <summary>That of a process of this machine.</summary>
    public static string Of(int number) => $"{Place}:{number}:{StartOf(number)}";

    /// <summary>Whether it is known that the process has ended, as only one that sees the same processes can know.</summary>
    public static bool HasEnded(string id)
    {
        if (!id.StartsWith(Place + ':', StringComparison.Ordinal) || id[(Place.Length + 1)..].Split(':') is not [var number, var start])
            return false;
        try
        {
            return int.TryParse(number, CultureInfo.InvariantCulture, out var process) && StartOf(process) != start;
        }
        catch (Exception hidden) when (hidden is Win32Exception or InvalidOperationException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return false;
        }
    }

    /// <returns>When the process was started, or null where there is none.</returns>
    private static string? StartOf(int number)
    {
        try
        {
            using var process = Process.GetProcessById(number);
            return OperatingSystem.IsLinux() ? LinuxStartOf(number) : process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Process.StartTime goes by the clock, which may be set.
    private static string? LinuxStartOf(int number)
    {
        var text = File.ReadAllText($"/proc/{number}/stat");
        // From the third field on, as the second, the program's name, may hold anything.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : fields[19];
    }

    // What cannot be had is like nobody else's.
    private static string Boot
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return "";
            try
            {
                var numbers = new FileInfo("/proc/self/ns/pid").LinkTarget;
                return $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}-{string.Concat(numbers!.Where(char.IsAsciiDigit))}";
            }
            catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException or NullReferenceException)
            {
                return $"{Guid.NewGuid():N}";
            }
        }
    }
}
