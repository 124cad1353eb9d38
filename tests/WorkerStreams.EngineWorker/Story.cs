using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WorkerStreams.EngineWorker;

/// <summary>Tells on the standard output what happens; a line that was told has been handed to the operating system, whatever becomes of this process.</summary>
internal sealed class Story : IDisposable
{
    /// <summary>Stands at the end of each line, so that one that was cut off can be told.</summary>
    public const char End = '\t';

    private readonly Lock _telling = new();
    // The console's own would not tell that nobody listens any more; then this process is to end.
    private readonly FileStream _output = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    public void Tell(string line)
    {
        var bytes = Encoding.UTF8.GetBytes($"{line}{End}\n");
        lock (_telling)
            _output.Write(bytes);
    }

    /// <summary>Tells of a call before it is made, and its answer when it has returned.</summary>
    /// <param name="who">Whose call it is.</param>
    /// <param name="call">What is called.</param>
    /// <param name="answer">Calls, and tells what the answer was.</param>
    public async Task TellAsync(string who, string call, Func<Task<string>> answer)
    {
        Tell($"{who} > {call}");
        Tell($"{who} < {await answer()}");
    }

    public void Dispose() => _output.Dispose();
}
