using System.Diagnostics;

namespace WorkerStreams.Benchmarks.Harness;

/// <summary>A program that passes messages from one end to the other, to be timed against others.</summary>
internal interface IContestant
{
    /// <summary>Passes so many messages, and fails unless each arrived, once and in order where there is one.</summary>
    /// <param name="messages">A multiple of 1,000.</param>
    /// <param name="watch">Runs already; it may be stopped for work that does not count.</param>
    Task RunAsync(int messages, Stopwatch watch);
}
