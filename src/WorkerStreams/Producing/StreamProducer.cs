using WorkerStreams.Configuration;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Producing;

/// <summary>Publishes to one stream. Where the engine answers at once, a publish allocates nothing.</summary>
internal sealed class StreamProducer<TMessage>(
    ProducerPlan plan, IStreamEngine engine, IMessageCodec<TMessage> codec, string contentType, TimeProvider time, StreamTelemetry telemetry)
    : IStreamProducer<TMessage>, IOpenProducer
{
    // What is older says nothing of now.
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromMinutes(1);

    private readonly EnvelopeWriter<TMessage> _envelope = new(codec, contentType);
    private readonly Retention _retention = new(plan, time);
    private readonly PublishWindow _window = new(plan.MaxInFlight);
    private readonly ProducerTelemetry _telemetry = new(telemetry, plan.Stream, time);

    // What was refused for want of memory, and when, until a message is taken. Written by whoever publishes.
    private volatile Tuple<StreamEngineException, long>? _refused;

    // Made once.
    private Action<Exception?>? _ended;

    // Kept for the next publish of many; taken and given back by exchange.
    private AppendBatch? _spareBatch;

    public StreamName Stream => plan.Stream;

    public StreamEngineException? Refusal => _refused is { } refused && time.GetElapsedTime(refused.Item2) < RefusalHolds ? refused.Item1 : null;

    public ValueTask<StreamEntryId> PublishAsync(TMessage message, PublishOptions? options = null, CancellationToken cancellation = default) =>
        _telemetry.IsWatched || options?.Ids is not null || cancellation.IsCancellationRequested || !_window.TryEnter()
            ? PublishWatchedAsync(message, options, cancellation)
            : PublishEntered(message, options, cancellation);

    public async ValueTask<IReadOnlyList<StreamEntryId>> PublishManyAsync(
        IEnumerable<TMessage> messages, PublishOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (options is { Id.Kind: not NewEntryIdKind.Auto })
            throw new ArgumentException($"The id {options.Id} was asked for several messages. Allowed: an id for one message, with PublishAsync, or Ids.", nameof(options));
        if (options?.Ids is { } ids && messages.TryGetNonEnumeratedCount(out var count) && count != ids.Count)
            throw new ArgumentException($"{nameof(options.Ids)} has {ids.Count} ids, and there are {count} messages. Allowed: an id for each message.", nameof(options));
        await EnterAsync(cancellation);
        var batch = Interlocked.Exchange(ref _spareBatch, null) ?? new();
        try
        {
            var stored = await new ManyPublish<TMessage>(plan.Stream, engine, _envelope, _retention, batch).RunAsync(messages, options, _telemetry.Start(), cancellation);
            if (stored.Count > 0)
                Taken();
            return stored;
        }
        catch (PublishException failure)
        {
            Refused(failure.InnerException);
            throw;
        }
        finally
        {
            batch.Clear();
            _spareBatch = batch;
            _window.Leave();
        }
    }

    public async ValueTask<int> FlushAsync(CancellationToken cancellation)
    {
        await _window.CloseAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return _window.Count;
    }

    private void Ended(Exception? failure)
    {
        if (failure is null)
            Taken();
        else
            Refused(failure);
    }

    private void Taken()
    {
        if (_refused is not null)
            _refused = null;
    }

    private void Refused(Exception? failure)
    {
        if (failure is StreamEngineException { Code: StreamErrorCode.OutOfMemory } full)
            _refused = new(full, time.GetTimestamp());
    }

    // Where nobody watches, it does without a continuation; see PendingPublish.
    private ValueTask<StreamEntryId> PublishEntered(TMessage message, PublishOptions? options, CancellationToken cancellation)
    {
        var handedOver = false;
        try
        {
            var answer = AppendAsync(message, options, publishing: default, ref handedOver, cancellation);
            if (!answer.IsCompleted)
                return Pending(answer);
            var id = answer.GetAwaiter().GetResult()!.Value;
            Taken();
            _window.Leave();
            return new(id);
        }
        catch (Exception failure)
        {
            Refused(failure);
            _window.Leave();
            return ValueTask.FromException<StreamEntryId>(handedOver ? PublishError.Of(plan.Stream, failure) : failure);
        }
    }

    private ValueTask<StreamEntryId> Pending(ValueTask<StreamEntryId?> answer)
    {
        var publish = new PendingPublish(answer, plan.Stream, _window, _ended ??= Ended);
        _window.LeaveWhenEnded(publish);
        return new(publish, publish.Version);
    }

    private async ValueTask<StreamEntryId> PublishWatchedAsync(TMessage message, PublishOptions? options, CancellationToken cancellation)
    {
        if (options?.Ids is { } ids)
            throw new ArgumentException($"{nameof(options.Ids)} has {ids.Count} ids and was given for one message. Allowed: {nameof(options.Id)}.", nameof(options));
        await EnterAsync(cancellation);
        var publishing = _telemetry.Start();
        var handedOver = false;
        try
        {
            var id = (await AppendAsync(message, options, publishing, ref handedOver, cancellation))!.Value;
            publishing.Stored(id);
            Taken();
            return id;
        }
        catch (Exception failure)
        {
            publishing.Ended(0, 1, failure);
            Refused(failure);
            if (handedOver)
                throw PublishError.Of(plan.Stream, failure);
            throw;
        }
        finally
        {
            _window.Leave();
        }
    }

    private async ValueTask EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!await _window.EnterAsync(cancellation))
            throw PublishError.Stopping(plan.Stream);
    }

    private ValueTask<StreamEntryId?> AppendAsync(
        TMessage message, PublishOptions? options, ProducerTelemetry.Publishing publishing, ref bool handedOver, CancellationToken cancellation)
    {
        var entry = EntryScratch.Take();
        try
        {
            _envelope.Write(entry, message, options?.Headers, publishing.Span);
            handedOver = true;
            return engine.AppendAsync(plan.Stream, new AppendEntry(entry.Written, options?.Id ?? default), _retention.Options, cancellation);
        }
        finally
        {
            EntryScratch.GiveBack(entry);
        }
    }
}
