using System.Diagnostics;

namespace WorkerStreams.TestWorker;

/// <summary>The message.</summary>
/// <param name="Number">Which it is.</param>
/// <param name="Kills">Whether handling it ends the process.</param>
internal sealed record Work(int Number, bool Kills = false);

/// <summary>Tells on the standard output what happens to a message; what is written stays written.</summary>
internal sealed class WorkHandler(Settings settings) : IStreamHandler<Work>
{
    // Until then what was handled before is acknowledged.
    private static readonly TimeSpan Dying = TimeSpan.FromMilliseconds(400);

    private static readonly Lock Ending = new();

    private static bool _isDying;

    public async ValueTask HandleAsync(Work message, StreamContext context, CancellationToken cancellation)
    {
        Console.WriteLine($"started {message.Number} {context.DeliveryCount}");
        if (message.Kills)
            await DieAsync();
        try
        {
            await Task.Delay(settings.Handling, TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"cancelled {message.Number}");
            throw;
        }
        if (!TryEnd(message))
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
    }

    // A process that dies between the end of a handler and its acknowledgement has it handled twice by right, so no handler ends any more.
    private static async Task DieAsync()
    {
        lock (Ending)
            _isDying = true;
        await Task.Delay(Dying, TimeProvider.System, CancellationToken.None);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }

    private static bool TryEnd(Work message)
    {
        lock (Ending)
        {
            if (!_isDying)
                Console.WriteLine($"handled {message.Number}");
            return !_isDying;
        }
    }
}
