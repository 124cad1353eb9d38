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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<HandlingResult> InvokeAsync(StreamContext context, CancellationToken cancellation)
    {
        var processing = telemetry.Start(context.Entry);
        if (!TryDecode(context, out var message, out var error))
        {
            processing.Ended(error);
            return new(HandlingOutcome.Undecodable, error);
        }
        var resilience = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellation);
        try
        {
            await pipeline.ExecuteAsync(
                static (resilience, call) => call.Invoker.CallAsync(call.Message, call.Context, resilience.CancellationToken),
                resilience,
                (Invoker: this, Message: message, Context: context));
            processing.Ended();
            return new(HandlingOutcome.Handled);
        }
        catch (Exception failure)
        {
            processing.Ended(failure);
            // Once we have cancelled, whatever is thrown may be a consequence of that.
            return new(cancellation.IsCancellationRequested ? HandlingOutcome.Cancelled : HandlingOutcome.Failed, failure);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(resilience);
        }
    }

    private ValueTask CallAsync(TMessage message, StreamContext context, CancellationToken cancellation)
    {
        context.CountCall();
        return singleton is not null ? singleton.HandleAsync(message, context, cancellation) : CallInScopeAsync(message, context, cancellation);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CallInScopeAsync(TMessage message, StreamContext context, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<THandler>().HandleAsync(message, context, cancellation);
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
