using Polly;
using Polly.Registry;
using Polly.Retry;
using WorkerStreams.Configuration;

namespace WorkerStreams.Consuming;

/// <summary>The Polly pipeline around a handler: the built-in one or the application's, with the handler's time-out inside.</summary>
internal static class HandlerPipeline
{
    public static ResiliencePipeline Build(ConsumerPlan plan, ResiliencePipelineProvider<string>? registry, TimeProvider time, Jitter jitter)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (plan.ResiliencePipeline is { } key)
            builder.AddPipeline((registry ?? throw NoRegistry(plan, key)).GetPipeline(key));
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

    private static InvalidOperationException NoRegistry(ConsumerPlan plan, string key) =>
        new($"Consumer '{plan.Name}' names the resilience pipeline '{key}', but no pipeline registry is registered. Register it with AddResiliencePipeline(\"{key}\", ...).");
}
