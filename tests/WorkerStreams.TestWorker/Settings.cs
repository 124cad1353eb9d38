using System.Globalization;

namespace WorkerStreams.TestWorker;

/// <summary>What the command line says: a name, two dashes before it, and its value, again and again.</summary>
internal sealed class Settings
{
    private readonly Dictionary<string, string> _values = [];

    public Settings(string[] arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
            _values.Add(arguments[i], arguments[i + 1]);
    }

    /// <summary>The server's port.</summary>
    public int Port => Number("--port");

    public string Stream => _values["--stream"];

    /// <summary>The consumer's name.</summary>
    public string Name => _values["--name"];

    public int Concurrency => Number("--concurrency");

    public int PrefetchCount => Number("--prefetch");

    public int MaxDeliveries => Number("--max-deliveries");

    /// <summary>How long a handler takes.</summary>
    public TimeSpan Handling => TimeSpan.FromMilliseconds(Number("--handling-ms"));

    public TimeSpan Lease => TimeSpan.FromMilliseconds(Number("--lease-ms"));

    private int Number(string name) => int.Parse(_values[name], CultureInfo.InvariantCulture);
}
