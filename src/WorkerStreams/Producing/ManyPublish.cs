using System.Diagnostics;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;
using WorkerStreams.Telemetry;

namespace WorkerStreams.Producing;

/// <summary>One publish of many messages, command after command, until all are stored or one is not.</summary>
internal sealed class ManyPublish<TMessage>(
    StreamName stream, IStreamEngine engine, EnvelopeWriter<TMessage> envelope, Retention retention, AppendBatch batch)
{
    private readonly List<StreamEntryId> _stored = [];
    private int _taken;
    private bool _handedOver;

    public async ValueTask<IReadOnlyList<StreamEntryId>> RunAsync(
        IEnumerable<TMessage> messages, PublishOptions? options, ProducerTelemetry.Publishing publishing, CancellationToken cancellation)
    {
        var count = messages.TryGetNonEnumeratedCount(out var known) ? known : 0;
        _stored.EnsureCapacity(count);
        try
        {
            using var source = messages.GetEnumerator();
            while (Fill(source, options, publishing.Span))
                await AppendAsync(cancellation);
            publishing.Ended(_stored.Count, 0, null);
            return _stored;
        }
        catch (Exception failure)
        {
            var results = Results(Math.Max(count, _taken));
            var stored = results.Count(result => result.Status == AppendStatus.Stored);
            publishing.Ended(stored, results.Count - stored, failure);
            // What fails before anything was handed over leaves nothing behind, and tells enough itself.
            if (!_handedOver)
                throw;
            throw PublishError.Of(stream, results, failure);
        }
    }

    private bool Fill(IEnumerator<TMessage> source, PublishOptions? options, Activity? span)
    {
        while (!batch.IsFull && source.MoveNext())
        {
            var id = IdOf(_taken++, options);
            envelope.Write(batch.Next(), source.Current, options?.Headers, span);
            batch.Add(id);
        }
        return batch.Count > 0;
    }

    private static NewEntryId IdOf(int index, PublishOptions? options) =>
        options?.Ids is not { } ids ? default
        : index < ids.Count ? ids[index]
        : throw new ArgumentException($"{nameof(PublishOptions.Ids)} has {ids.Count} ids, and there are more messages. Allowed: an id for each message.", nameof(options));

    private async ValueTask AppendAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _handedOver = true;
        try
        {
            await engine.AppendAsync(stream, batch.Entries, batch.Results, retention.Options, cancellation);
        }
        catch (Exception failure)
        {
            batch.Results.Span.Fill(PublishError.ResultOf(failure));
            throw;
        }
        foreach (var result in batch.Results.Span)
        {
            if (result.Status != AppendStatus.Stored)
                throw result.Error ?? new StreamEngineException(StreamErrorCode.Unavailable, "The engine gave no reason.");
        }
        foreach (var result in batch.Results.Span)
            _stored.Add(result.Id);
        batch.Clear();
    }

    private List<AppendResult> Results(int count)
    {
        var results = _stored.ConvertAll(id => new AppendResult(AppendStatus.Stored, id));
        results.AddRange(batch.Results.Span);
        results.AddRange(Enumerable.Repeat(new AppendResult(AppendStatus.NotStored, default), count - results.Count));
        return results;
    }
}
