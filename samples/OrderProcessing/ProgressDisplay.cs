using Spectre.Console;

namespace OrderProcessing;

/// <summary>Shows how far a run is: a bar on a terminal, now and then a line elsewhere.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs <paramref name="work"/> and shows what it reports.</summary>
    public static Task ShowAsync(Func<IProgress<OrderProgress>, Task> work) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? AnsiConsole.Progress().StartAsync(context => work(new Bar(context.AddTask("order lines"))))
            : work(new Lines(TimeProvider.System));

    private sealed class Bar(ProgressTask task) : IProgress<OrderProgress>
    {
        public void Report(OrderProgress value)
        {
            task.MaxValue = Math.Max(1, value.Published);
            task.Value = value.Settled;
        }
    }

    private sealed class Lines(TimeProvider clock) : IProgress<OrderProgress>
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

        private long _shownAt = clock.GetTimestamp();

        public void Report(OrderProgress value)
        {
            if (clock.GetElapsedTime(_shownAt) < Interval)
                return;
            _shownAt = clock.GetTimestamp();
            Console.WriteLine($"{value.Settled} of {value.Published} order lines settled, {value.Pending} under way");
        }
    }
}
