using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using WorkerStreams.Serialization;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Consuming;

/// <summary>Decodes a message and calls its handler: each call in a scope of its own, unless the handler is a singleton, under the Polly pipeline.</summary>
internal sealed class MessageInvoker<TMessage, THandler>(
    IMessageCodec<TMessage> codec, ConsumerTelemetry telemetry, IServiceScopeFactory scopes, THandler? singleton, HandlerPipeline pipeline) : IMessageInvoker
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
        // A pipeline that does nothing unless a call fails is asked when one has.
        var isCalledFirst = pipeline.RetriesOnly && !cancellation.IsCancellationRequested;
        var calls = isCalledFirst ? CallAsync(message, context, cancellation) : ExecuteAsync(message, context, failed: null, cancellation);
        if (!calls.IsCompletedSuccessfully)
            return EndAsync(calls, isCalledFirst, message, context, processing, cancellation);
        var outcome = calls.Result;
        return outcome.Exception is null || !isCalledFirst
            ? new(End(outcome, context, processing, cancellation))
            : EndAsync(new(outcome), isCalledFirst, message, context, processing, cancellation);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<HandlingResult> EndAsync(
        ValueTask<Outcome<object>> calls, bool isCalledFirst, TMessage message, StreamContext context, ConsumerTelemetry.Processing processing, CancellationToken cancellation)
    {
        var outcome = await calls;
        if (outcome.Exception is not null && isCalledFirst)
            outcome = await ExecuteAsync(message, context, outcome, cancellation);
        return End(outcome, context, processing, cancellation);
    }

    private static HandlingResult End(Outcome<object> outcome, StreamContext context, ConsumerTelemetry.Processing processing, CancellationToken cancellation)
    {
        processing.Ended(outcome.Exception);
        if (outcome.Exception is null)
            return new(HandlingOutcome.Handled, Request: context.Request);
        // Once we have cancelled, whatever is thrown may be a consequence of that.
        var isCancelled = cancellation.IsCancellationRequested || outcome.Exception is LeaseLapsedException;
        return new(isCancelled ? HandlingOutcome.Cancelled : HandlingOutcome.Failed, outcome.Exception);
    }

    private ValueTask<Outcome<object>> ExecuteAsync(TMessage message, StreamContext context, Outcome<object>? failed, CancellationToken cancellation) =>
        pipeline.ExecuteAsync(static (resilience, calls) => calls.NextAsync(resilience.CancellationToken), new Calls(this, message, context, failed), cancellation);

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

    /// <summary>The calls that the pipeline asks for; the first may be over.</summary>
    private sealed class Calls(MessageInvoker<TMessage, THandler> invoker, TMessage message, StreamContext context, Outcome<object>? failed)
    {
        private Outcome<object>? _failed = failed;

        public ValueTask<Outcome<object>> NextAsync(CancellationToken cancellation)
        {
            if (_failed is { } first)
            {
                _failed = null;
                return new(first);
            }
            // After a stall a retry may be due before the lease watch is.
            return context.HasLapsed ? Outcome.FromExceptionAsValueTask<object>(new LeaseLapsedException()) : invoker.CallAsync(message, context, cancellation);
        }
    }

    private sealed class LeaseLapsedException() : OperationCanceledException("Another consumer may have the entry by now.");
}
