using Polly;
using Polly.Registry;
using Polly.Retry;
using WorkerStreams.Configuration;

namespace WorkerStreams.Consuming;

/// <summary>The Polly pipeline around a handler: the built-in one or the application's, with the handler's time-out inside.</summary>
internal static class HandlerPipeline
{
    /// <param name="plan">The settings; a pipeline that they name is in the registry, the planner has seen to that.</param>
    /// <param name="registry">The application's pipelines.</param>
    /// <param name="time">The clock.</param>
    /// <param name="jitter">Spreads the retries.</param>
    public static ResiliencePipeline Build(ConsumerPlan plan, ResiliencePipelineProvider<string>? registry, TimeProvider time, Jitter jitter)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (plan.ResiliencePipeline is { } key)
            builder.AddPipeline(registry!.GetPipeline(key));
        else
            builder.AddRetry(Retry(jitter));
        if (plan.HandlerTimeout is { } timeout)
            builder.AddTimeout(timeout);
        return builder.Build();
    }

    // Everything that a handler throws is retried, unless we cancelled it ourselves.
    private static RetryStrategyOptions Retry(Jitter jitter) => new()
    {
        ShouldHandle = static arguments =>
            ValueTask.FromResult(arguments.Outcome.Exception is not null && !arguments.Context.CancellationToken.IsCancellationRequested),
        MaxRetryAttempts = 2,
        BackoffType = DelayBackoffType.Exponential,
        Delay = TimeSpan.FromMilliseconds(200),
        UseJitter = true,
        Randomizer = jitter.Next,
    };
}
