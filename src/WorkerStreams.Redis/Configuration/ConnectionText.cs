using StackExchange.Redis;

namespace WorkerStreams.Redis.Configuration;

/// <summary>Finds what the client can't read in a connection string, and says so without showing what may be a password.</summary>
internal static class ConnectionText
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static string? FaultOf(string text)
    {
        var parts = text.Split(',');
        if (parts[0].Contains("://", StringComparison.Ordinal))
            return "it is a URL; allowed are host:port and options, parted by commas";
        var wrong = Array.FindIndex(parts, static part => !string.IsNullOrWhiteSpace(part) && Read(part) is null);
        return wrong >= 0 ? $"its part {wrong + 1} of {parts.Length}, as parted by commas, can't be read{Name(parts, wrong)}"
            : Read(text) is not { EndPoints.Count: > 0 } ? "it names no server"
            : null;
    }

    private static ConfigurationOptions? Read(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text);
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }

    // What follows a password may be the rest of it.
    private static string Name(string[] parts, int index) =>
        parts.Take(index).Any(static part => part.Contains("password", StringComparison.OrdinalIgnoreCase)) || !parts[index].Contains('=')
            ? ""
            : $" ({parts[index].Split('=')[0].Trim()})";
}
