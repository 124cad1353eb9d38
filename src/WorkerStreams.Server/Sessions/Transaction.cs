using WorkerStreams.Server.Commands;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Sessions;

/// <summary>What a client has sent since MULTI.</summary>
/// <param name="maxBytes">The most bytes of it.</param>
internal sealed class Transaction(int maxBytes)
{
    // What a command and a word take beside their bytes, about.
    private const int CommandBytes = 128, WordBytes = 8;

    private readonly List<(Command Command, Request Request)> _commands = [];

    public IReadOnlyList<(Command Command, Request Request)> Commands => _commands;

    /// <summary>The memory that they take, about, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether one of its commands was refused, so that none will be carried out.</summary>
    public bool IsSpoiled { get; private set; }

    public void Spoil() => IsSpoiled = true;

    /// <returns>False where it would be too large; then it is spoiled.</returns>
    public bool TryAdd(Command command, Request request)
    {
        Bytes += CommandBytes + request.Length + (WordBytes * request.Count);
        if (Bytes > maxBytes)
        {
            _commands.Clear();
            IsSpoiled = true;
            return false;
        }
        _commands.Add((command, request.Copy()));
        return true;
    }
}
