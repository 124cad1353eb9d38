using System.Globalization;
using System.Text;
using WorkerStreams.DeadLetters;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams;

/// <summary>A message among the dead letters. Of one that another program has put there, as much is told as is known.</summary>
public sealed class DeadLetter
{
    internal DeadLetter(StreamName stream, in StreamEntry entry)
    {
        (Id, Stream, Reason) = (entry.Id, stream, "");
        var encoded = entry.Fields.Encoded.ToArray();
        var length = MeasureHistory(entry.Fields);
        History = EntryFields.FromEncoded(encoded, 0, length);
        Fields = EntryFields.FromEncoded(encoded, length, encoded.Length - length);
        RedriveCount = RedrivenEntry.ReadCount(Fields);
        foreach (var field in History)
            Read(field.Name, field.Value);
    }

    /// <summary>The dead letter's id, by which it is redriven or deleted.</summary>
    public StreamEntryId Id { get; }

    /// <summary>Why: <c>handler-failed</c>, <c>undecodable</c>, <c>deliveries-exhausted</c>, or what the handler gave; empty where it is not known.</summary>
    public string Reason { get; private set; }

    /// <summary>The exception with its stack trace, up to 4,096 characters, or null where none was thrown.</summary>
    public string? Exception { get; private set; }

    /// <summary>The stream that the message came from.</summary>
    public StreamName Stream { get; private set; }

    /// <summary>The id that the message had there; 0-0 where it is not known.</summary>
    public StreamEntryId OriginalId { get; private set; }

    /// <summary>The group that gave the message up; empty where it is not known.</summary>
    public StreamName Group { get; private set; }

    /// <summary>The consumer that gave the message up; empty where it is not known.</summary>
    public StreamName Consumer { get; private set; }

    /// <summary>The deliveries that it had since it was published or last redriven; 0 where that is not known.</summary>
    public long DeliveryCount { get; private set; }

    /// <summary>When it was given up, by the clock of the consumer's host; null where it is not known.</summary>
    public DateTimeOffset? DeadLetteredAt { get; private set; }

    /// <summary>How often it was redriven before.</summary>
    public int RedriveCount { get; }

    /// <summary>The message's original fields, with those that an earlier redrive has added.</summary>
    public EntryFields Fields { get; }

    /// <summary>The headers among them.</summary>
    public IReadOnlyDictionary<string, string> Headers => field ??= Envelope.Read(Fields).ReadHeaders();

    /// <summary>The fields that stand before the original ones.</summary>
    internal EntryFields History { get; }

    // Up to the last of them; the original fields may be those of a dead letter again.
    private static int MeasureHistory(EntryFields fields)
    {
        var length = 0;
        foreach (var field in fields)
        {
            if (!field.Name.StartsWith(DeadLetterField.Prefix))
                return 0;
            length += (2 * sizeof(int)) + field.Name.Length + field.Value.Length;
            if (field.Name.SequenceEqual(DeadLetterField.At))
                return length;
        }
        return 0;
    }

    private void Read(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual(DeadLetterField.Stream))
            Stream = new(value);
        else if (name.SequenceEqual(DeadLetterField.Group))
            Group = new(value);
        else if (name.SequenceEqual(DeadLetterField.Consumer))
            Consumer = new(value);
        else
            Read(name, Encoding.UTF8.GetString(value));
    }

    private void Read(ReadOnlySpan<byte> name, string text)
    {
        if (name.SequenceEqual(DeadLetterField.Reason))
            Reason = text;
        else if (name.SequenceEqual(DeadLetterField.Exception))
            Exception = text;
        else if (name.SequenceEqual(DeadLetterField.Id) && StreamEntryId.TryParse(text, out var id))
            OriginalId = id;
        else if (name.SequenceEqual(DeadLetterField.Deliveries) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            DeliveryCount = count;
        else if (name.SequenceEqual(DeadLetterField.At) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var at))
            DeadLetteredAt = at;
    }
}
