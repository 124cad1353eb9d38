using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Waits for threads of the journal's, which do their work a moment later.</summary>
internal static class Eventually
{
    private const int MostTries = 10_000;

    /// <summary>Completes once the condition holds; fails where that takes long.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="between">What is done between two looks at it.</param>
    public static async Task HoldsAsync(Func<bool> condition, Action? between = null)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < MostTries);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            between?.Invoke();
        }
    }
}
