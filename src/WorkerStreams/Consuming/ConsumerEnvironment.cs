using Microsoft.Extensions.Logging;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>What the parts of one consumer share.</summary>
/// <param name="Plan">The settings.</param>
/// <param name="Engine">The engine.</param>
/// <param name="Time">The clock of this host.</param>
/// <param name="Jitter">Spreads waits, so that hosts do not act in step.</param>
/// <param name="Logger">The log.</param>
/// <param name="Stopping">Fires when shutdown begins.</param>
internal sealed record ConsumerEnvironment(
    ConsumerPlan Plan, IStreamEngine Engine, TimeProvider Time, Jitter Jitter, ILogger Logger, CancellationToken Stopping)
{
    public ConsumerCounters Counters { get; } = new();
}
