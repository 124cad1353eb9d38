using System.Runtime.CompilerServices;
using Polly;
using Polly.Registry;
using Polly.Retry;
using WorkerStreams.Configuration;

namespace WorkerStreams.Consuming;

/// <summary>The Polly pipeline around a handler: the built-in one or the application's, with the handler's time-out inside.</summary>
internal sealed class HandlerPipeline
{
    private readonly ResiliencePipeline _pipeline;

    /// <param name="plan">The settings; a pipeline that they name is in the registry, the planner has seen to that.</param>
    /// <param name="registry">The application's pipelines.</param>
    /// <param name="time">The clock.</param>
    /// <param name="jitter">Spreads the retries.</param>
    public HandlerPipeline(ConsumerPlan plan, ResiliencePipelineProvider<string>? registry, TimeProvider time, Jitter jitter)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (plan.ResiliencePipeline is { } key)
            builder.AddPipeline(registry!.GetPipeline(key));
        else
            builder.AddRetry(Retry(plan, jitter));
        if (plan.HandlerTimeout is { } timeout)
            builder.AddTimeout(timeout);
        _pipeline = builder.Build();
        RetriesOnly = plan is { ResiliencePipeline: null, HandlerTimeout: null };
    }

    /// <summary>Whether it does nothing unless a call fails.</summary>
    public bool RetriesOnly { get; }

    /// <summary>Makes the calls that it takes. What they throw is in the outcome.</summary>
    /// <param name="call">Makes one call; never throws.</param>
    /// <param name="state">For <paramref name="call"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    // The result is an object, as within Polly's own strategies, which have to convert any other.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome<object>> ExecuteAsync<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<object>>> call, TState state, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        try
        {
            return await _pipeline.ExecuteOutcomeAsync(call, context, state);
        }
        catch (Exception failure)
        {
            // A strategy of the application has thrown.
            return Outcome.FromException<object>(failure);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // Everything that a handler throws is retried, unless it is final or we cancelled it ourselves.
    private static RetryStrategyOptions Retry(ConsumerPlan plan, Jitter jitter) => new()
    {
        ShouldHandle = arguments => ValueTask.FromResult(
            arguments.Outcome.Exception is { } error && !SettlementPolicy.IsFinal(error, plan) && !arguments.Context.CancellationToken.IsCancellationRequested),
        MaxRetryAttempts = 2,
        BackoffType = DelayBackoffType.Exponential,
        Delay = TimeSpan.FromMilliseconds(200),
        UseJitter = true,
        Randomizer = jitter.Next,
    };
}
