using System.Globalization;
using System.Text;
using WorkerStreams.DeadLetters;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams.Consuming;

/// <summary>Why an entry goes to the dead letters, and the fields that tell it: what happened, then all original fields.</summary>
/// <param name="Reason">One of the constants, or the handler's own.</param>
/// <param name="Error">What was thrown, if anything.</param>
internal sealed record DeadLetterCause(string Reason, Exception? Error)
{
    public const string HandlerFailed = "handler-failed";
    public const string Undecodable = "undecodable";
    public const string DeliveriesExhausted = "deliveries-exhausted";

    private const int MaxExceptionLength = 4096;

    /// <summary>That of an entry whose handling ended so.</summary>
    public static DeadLetterCause Of(in HandlingResult result) => new(
        result.Outcome switch
        {
            HandlingOutcome.Undecodable => Undecodable,
            HandlingOutcome.Handled => result.Request!.Reason,
            _ => HandlerFailed,
        },
        result.Error);

    public EntryFields Write(in StreamEntry entry, ConsumerEnvironment consumer)
    {
        var writer = new EntryFieldsWriter(entry.Fields.EncodedLength + 512);
        Add(writer, DeadLetterField.Reason, Reason);
        if (Error is not null)
            Add(writer, DeadLetterField.Exception, Describe(Error));
        writer.Add(DeadLetterField.Stream, consumer.Plan.Stream.Bytes);
        Add(writer, DeadLetterField.Id, entry.Id.ToString());
        writer.Add(DeadLetterField.Group, consumer.Plan.Group.Bytes);
        writer.Add(DeadLetterField.Consumer, consumer.Consumer.Bytes);
        Add(writer, DeadLetterField.Deliveries, entry.DeliveryCount.ToString(CultureInfo.InvariantCulture));
        Add(writer, DeadLetterField.At, consumer.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        foreach (var field in entry.Fields)
        {
            // Who reads the dead letters may be of any group.
            if (!field.Name.SequenceEqual(EnvelopeField.RedrivenFor))
                writer.Add(field.Name, field.Value);
        }
        return writer.Written;
    }

    private static void Add(EntryFieldsWriter writer, ReadOnlySpan<byte> name, string value) => writer.Add(name, Encoding.UTF8.GetBytes(value));

    private static string Describe(Exception error)
    {
        try
        {
            var text = error.ToString();
            return text.Length <= MaxExceptionLength ? text : text[..MaxExceptionLength];
        }
        catch (Exception)
        {
            // An exception of the application, whose text may fail.
            return error.GetType().ToString();
        }
    }
}
