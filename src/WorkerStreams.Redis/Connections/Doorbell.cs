using WorkerStreams.Engine;
using WorkerStreams.Redis.Commands;
using StreamPosition = WorkerStreams.Engine.StreamPosition;

namespace WorkerStreams.Redis.Connections;

/// <summary>
/// Tells many reads by one connection that there is something for them: XREAD waits on it for all their streams at once. What it is told is delivered to nobody,
/// so one that is lost, or comes twice, does no harm.
/// </summary>
/// <param name="line">Its one connection.</param>
internal sealed class Doorbell(BlockingConnections line)
{
    // Without CLIENT UNBLOCK one who comes later waits for that long before it is listened for.
    private static readonly TimeSpan ShortSlice = TimeSpan.FromMilliseconds(250);

    // Guards the fields below.
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];

    // The streams that are listened for, and what ends that, so that others can be.
    private HashSet<StreamName> _heard = [];
    private CancellationTokenSource? _listening;
    private bool _isRunning;

    /// <summary>Waits until a stream has entries after those that were seen. Returns false where the time is up.</summary>
    /// <exception cref="StreamEngineException">The server cannot be asked.</exception>
    public async Task<bool> WaitAsync(IReadOnlyList<StreamPosition> seen, TimeSpan time, CancellationToken cancellation)
    {
        var waiter = new Waiter(seen);
        CancellationTokenSource? anew;
        lock (_gate)
        {
            _waiters.Add(waiter);
            anew = waiter.Seen.All(position => _heard.Contains(position.Stream)) ? null : _listening;
            if (!_isRunning)
            {
                _isRunning = true;
                _ = RunAsync();
            }
        }
        anew?.Cancel();
        try
        {
            await waiter.Rung.Task.WaitAsync(time, TimeProvider.System, cancellation);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (_gate)
                _waiters.Remove(waiter);
        }
    }

    private async Task RunAsync()
    {
        // The caller holds the gate.
        await Task.Yield();
        while (TryBegin(out var positions, out var listening))
        {
            try
            {
                using var heard = await ListenAsync(positions, listening.Token);
                Ring(heard);
            }
            catch (OperationCanceledException)
            {
                // Somebody came for whom to listen too.
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }
    }

    // Whether anybody waits.
    private bool TryBegin(out List<StreamPosition> positions, out CancellationTokenSource listening)
    {
        lock (_gate)
        {
            positions = [.. _waiters.SelectMany(static waiter => waiter.Seen)
                .GroupBy(static seen => seen.Stream, static seen => seen.Position)
                .Select(static stream => new StreamPosition(stream.Key, ReadPosition.After(stream.Min(static position => position.Id))))];
            _heard = [.. positions.Select(static position => position.Stream)];
            _listening = listening = new();
            return _isRunning = _waiters.Count > 0;
        }
    }

    private async Task<EntryBatch> ListenAsync(List<StreamPosition> positions, CancellationToken anew)
    {
        var request = new ReadRequest { Streams = positions, Count = 1 };
        var connection = await line.RentAsync(null, CancellationToken.None);
        var words = ReadCommands.WordsOf(request, positions, line.EndsReads ? line.Slice : ShortSlice);
        return ReadCommands.BatchOf(request, await connection!.ReadAsync("XREAD", words, positions[0].Stream, anew));
    }

    private void Ring(EntryBatch heard)
    {
        for (var i = 0; i < heard.StreamCount; i++)
        {
            var (stream, id) = (heard.GetStream(i), heard.GetEntries(i)[0].Id);
            lock (_gate)
                Leave(waiter => waiter.Seen.Any(seen => seen.Stream == stream && seen.Position.Id < id), static waiter => waiter.Rung.TrySetResult());
        }
    }

    private void Fail(Exception error)
    {
        var failure = error is StreamEngineException told ? new StreamEngineException(told.Code, told.Message, mayHaveTakenEffect: false, told) : error;
        lock (_gate)
            Leave(static _ => true, waiter => waiter.Rung.TrySetException(failure));
    }

    // The caller holds the gate.
    private void Leave(Predicate<Waiter> which, Action<Waiter> tell)
    {
        foreach (var waiter in _waiters.FindAll(which))
        {
            _waiters.Remove(waiter);
            tell(waiter);
        }
    }

    private sealed record Waiter(IReadOnlyList<StreamPosition> Seen)
    {
        public TaskCompletionSource Rung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
