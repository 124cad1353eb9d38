using System.Globalization;
using System.Text;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Consuming;

/// <summary>Writes the fields of a dead letter: what happened, then all original fields as they were. The names are a public contract.</summary>
internal static class DeadLetter
{
    public const string HandlerFailed = "handler-failed";
    public const string Undecodable = "undecodable";
    public const string DeliveriesExhausted = "deliveries-exhausted";

    private const int MaxExceptionLength = 4096;

    public static EntryFields Write(in StreamEntry entry, ConsumerPlan plan, string reason, Exception? error, DateTimeOffset now)
    {
        var writer = new EntryFieldsWriter(entry.Fields.EncodedLength + 512);
        Add(writer, "dead:reason"u8, reason);
        if (error is not null)
            Add(writer, "dead:exception"u8, Describe(error));
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
        var text = error.ToString();
        return text.Length <= MaxExceptionLength ? text : text[..MaxExceptionLength];
    }
}
