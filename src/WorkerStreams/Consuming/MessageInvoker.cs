using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using WorkerStreams.Serialization;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Decodes a message and calls its handler: each call in a scope of its own, unless the handler is a singleton, under the Polly pipeline.</summary>
internal sealed class MessageInvoker<TMessage, THandler>(
    IMessageCodec<TMessage> codec, ConsumerTelemetry telemetry, IServiceScopeFactory scopes, THandler? singleton, ResiliencePipeline pipeline) : IMessageInvoker
    where THandler : class, IStreamHandler<TMessage>
{
    public ValueTask<HandlingResult> InvokeAsync(StreamContext context, CancellationToken cancellation)
    {
        var processing = telemetry.Start(context.Entry);
        if (!TryDecode(context, out var message, out var error))
        {
            processing.Ended(error);
            return new(new HandlingResult(HandlingOutcome.Undecodable, error));
        }
        var resilience = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        ValueTask<Outcome<object>> handling;
        try
        {
            // The result is an object, as within Polly's own strategies, which have to convert any other.
            handling = pipeline.ExecuteOutcomeAsync(
                static (resilience, call) => call.Invoker.CallAsync(call.Message, call.Context, resilience.CancellationToken),
                resilience,
                (Invoker: this, Message: message, Context: context));
        }
        catch (Exception failure)
        {
            // Not the handler's, which are in the outcome: a strategy of the application has thrown.
            handling = Outcome.FromExceptionAsValueTask<object>(failure);
        }
        return handling.IsCompletedSuccessfully
            ? new(End(handling.Result, resilience, processing, cancellation))
            : WaitAsync(handling, resilience, processing, cancellation);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<HandlingResult> WaitAsync(
        ValueTask<Outcome<object>> handling, ResilienceContext resilience, ConsumerTelemetry.Processing processing, CancellationToken cancellation)
    {
        Outcome<object> outcome;
        try
        {
            outcome = await handling;
        }
        catch (Exception failure)
        {
            outcome = Outcome.FromException<object>(failure);
        }
        return End(outcome, resilience, processing, cancellation);
    }

    private static HandlingResult End(
        Outcome<object> outcome, ResilienceContext resilience, ConsumerTelemetry.Processing processing, CancellationToken cancellation)
    {
        ResilienceContextPool.Shared.Return(resilience);
        processing.Ended(outcome.Exception);
        if (outcome.Exception is null)
            return new(HandlingOutcome.Handled);
        // Once we have cancelled, whatever is thrown may be a consequence of that.
        return new(cancellation.IsCancellationRequested ? HandlingOutcome.Cancelled : HandlingOutcome.Failed, outcome.Exception);
    }

    private ValueTask<Outcome<object>> CallAsync(TMessage message, StreamContext context, CancellationToken cancellation)
    {
        context.CountCall();
        ValueTask call;
        try
        {
            call = singleton is not null ? singleton.HandleAsync(message, context, cancellation) : CallInScopeAsync(message, context, cancellation);
        }
        catch (Exception failure)
        {
            return Outcome.FromExceptionAsValueTask<object>(failure);
        }
        if (!call.IsCompletedSuccessfully)
            return ToOutcomeAsync(call);
        call.GetAwaiter().GetResult();
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Outcome<object>> ToOutcomeAsync(ValueTask call)
    {
        try
        {
            await call;
            return default;
        }
        catch (Exception failure)
        {
            return Outcome.FromException<object>(failure);
        }
    }

    private ValueTask CallInScopeAsync(TMessage message, StreamContext context, CancellationToken cancellation)
    {
        var scope = scopes.CreateAsyncScope();
        ValueTask call;
        try
        {
            call = scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(message, context, cancellation);
        }
        catch (Exception failure)
        {
            call = ValueTask.FromException(failure);
        }
        if (!call.IsCompletedSuccessfully)
            return DisposeAfterAsync(call, scope);
        call.GetAwaiter().GetResult();
        return scope.DisposeAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask DisposeAfterAsync(ValueTask call, AsyncServiceScope scope)
    {
        await using (scope)
            await call;
    }

    private bool TryDecode(StreamContext context, [NotNullWhen(true)] out TMessage? message, [NotNullWhen(false)] out Exception? error)
    {
        try
        {
            message = codec.Decode(Envelope.Read(context.Entry.Fields).ToMessage())!;
            error = null;
            return true;
        }
        catch (Exception undecodable)
        {
            message = default;
            error = undecodable;
            return false;
        }
    }
}
