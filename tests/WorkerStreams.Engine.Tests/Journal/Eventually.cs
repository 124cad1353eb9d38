using WorkerStreams.Engine.Journal;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

/// <summary>Waits for threads of the journal's, which do their work a moment later.</summary>
internal static class Eventually
{
    private const int MostTries = 10_000, Quiet = 10;

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

    /// <summary>Completes once no segment is being made, and none has been for some looks.</summary>
    public static Task NoSegmentIsMadeAsync(MemoryFolder folder)
    {
        var quiet = 0;
        return HoldsAsync(() => (quiet = folder.List().Any(static name => name.EndsWith(FileNames.Temporary, StringComparison.Ordinal)) ? 0 : quiet + 1) == Quiet);
    }
}
