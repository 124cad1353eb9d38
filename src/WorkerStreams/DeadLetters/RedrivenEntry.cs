using System.Buffers.Text;
using System.Globalization;
using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Serialization;

namespace WorkerStreams.DeadLetters;

/// <summary>A message that comes back from the dead letters: its original fields, then its history as headers.</summary>
internal static class RedrivenEntry
{
    private static ReadOnlySpan<byte> HistoryPrefix => "h:dead:"u8;

    private static ReadOnlySpan<byte> RedriveCount => "h:dead:redriven"u8;

    /// <param name="letter">The dead letter.</param>
    /// <param name="toAllGroups">Whether it is for other groups than the one that gave it up too.</param>
    public static EntryFields Write(DeadLetter letter, bool toAllGroups)
    {
        var writer = new EntryFieldsWriter(letter.Fields.EncodedLength + letter.History.EncodedLength + 256);
        // What an earlier redrive has added is over.
        foreach (var field in letter.Fields)
        {
            if (!field.Name.StartsWith(HistoryPrefix) && !field.Name.SequenceEqual(EnvelopeField.RedrivenFor))
                writer.Add(field.Name, field.Value);
        }
        foreach (var field in letter.History)
            writer.Add([.. EnvelopeField.HeaderPrefix, .. field.Name], field.Value);
        writer.Add(RedriveCount, Encoding.UTF8.GetBytes((letter.RedriveCount + 1).ToString(CultureInfo.InvariantCulture)));
        if (!toAllGroups && !letter.Group.IsEmpty)
            writer.Add(EnvelopeField.RedrivenFor, letter.Group.Bytes);
        return writer.Written;
    }

    /// <summary>How often the entry has come back so far.</summary>
    public static int ReadCount(EntryFields fields) =>
        fields.TryGetValue(RedriveCount, out var text) && Utf8Parser.TryParse(text, out int count, out var read) && read == text.Length ? Math.Max(0, count) : 0;

    /// <summary>Whether the entry came back for another group than this one, which was given it when it first came.</summary>
    public static bool IsForAnotherGroup(EntryFields fields, StreamName group) =>
        fields.TryGetValue(EnvelopeField.RedrivenFor, out var name) && !name.SequenceEqual(group.Bytes);
}
