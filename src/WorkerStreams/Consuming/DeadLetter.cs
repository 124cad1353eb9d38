using System.Globalization;
using System.Text;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Why an entry goes to the dead letters, and the fields that tell it: what happened, then all original fields. The names are a public contract.</summary>
/// <param name="Reason">One of the constants, or the handler's own.</param>
/// <param name="Error">What was thrown, if anything.</param>
internal sealed record DeadLetter(string Reason, Exception? Error)
{
    public const string HandlerFailed = "handler-failed";
    public const string Undecodable = "undecodable";
    public const string DeliveriesExhausted = "deliveries-exhausted";

    private const int MaxExceptionLength = 4096;

    /// <summary>That of an entry whose handling ended so.</summary>
    public static DeadLetter Of(in HandlingResult result) => new(
        result.Outcome switch
        {
            HandlingOutcome.Undecodable => Undecodable,
            HandlingOutcome.Handled => result.Request!.Reason,
            _ => HandlerFailed,
        },
        result.Error);

    public EntryFields Write(in StreamEntry entry, ConsumerPlan plan, DateTimeOffset now)
    {
        var writer = new EntryFieldsWriter(entry.Fields.EncodedLength + 512);
        Add(writer, "dead:reason"u8, Reason);
        if (Error is not null)
            Add(writer, "dead:exception"u8, Describe(Error));
        writer.Add("dead:stream"u8, plan.Stream.Bytes);
        Add(writer, "dead:id"u8, entry.Id.ToString());
        writer.Add("dead:group"u8, plan.Group.Bytes);
        writer.Add("dead:consumer"u8, plan.Consumer.Bytes);
        Add(writer, "dead:deliveries"u8, entry.DeliveryCount.ToString(CultureInfo.InvariantCulture));
        Add(writer, "dead:at"u8, now.ToString("O", CultureInfo.InvariantCulture));
        writer.AddAll(entry.Fields);
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
