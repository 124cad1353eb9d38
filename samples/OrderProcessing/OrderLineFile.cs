using System.Globalization;
using System.Text.Unicode;
using CsvHelper;

namespace OrderProcessing;

/// <summary>A CSV file of order lines, read as a stream. Malformed lines are reported and skipped; the rest goes on.</summary>
/// <param name="path">The file.</param>
/// <param name="reportMalformed">Told of each malformed line as it is met: its number, counted from 1 with the header, and what is wrong with it.</param>
internal sealed class OrderLineFile(string path, Action<long, string> reportMalformed)
{
    /// <exception cref="InvalidDataException">The header is not that of order lines.</exception>
    public IEnumerable<OrderLine> ReadLines()
    {
        var name = Path.GetFileName(path);
        using var reader = CsvReader.FromFile(path, Dialect);
        foreach (var line in GetRecords(reader))
        {
            if (IsText(reader))
                yield return line with { Id = $"{name}:{reader.LineNumber}", LineNumber = reader.LineNumber };
            else
                reportMalformed(reader.LineNumber, "It is not UTF-8.");
        }
    }

    private CsvReaderOptions Dialect => new()
    {
        Separator = ',',
        // A line break always ends the line, so that one broken quote does not swallow those after it.
        AllowLineBreaksInQuotes = false,
        MalformedData = CsvMalformedDataHandling.Skip,
        FieldCountMismatch = CsvFieldCountHandling.Skip,
        TrackLineNumbers = true,
        // Without thousands separators: a price of 2,55 is malformed, not 255.
        FormatProvider = new NumberFormatInfo { NumberGroupSeparator = "" },
        OnMalformedRecord = record => reportMalformed(record.LineNumber, Describe(record.Reason)),
        OnRecordError = error =>
        {
            var exception = (CsvFormatException)error.Exception;
            reportMalformed(exception.LineNumber, exception.Message);
            return true;
        },
    };

    private IEnumerable<OrderLine> GetRecords(CsvReader reader)
    {
        try
        {
            return reader.GetRecords<OrderLine>();
        }
        catch (KeyNotFoundException exception)
        {
            throw new InvalidDataException($"{path} holds no order lines. {exception.Message}", exception);
        }
    }

    private static bool IsText(CsvReader record)
    {
        for (var field = 0; field < record.FieldCount; field++)
        {
            if (!Utf8.IsValid(record.GetSpan(field)))
                return false;
        }
        return true;
    }

    private static string Describe(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.FieldCountMismatch => "The number of fields differs from the header's.",
        CsvMalformedReason.StrayQuote => "A quote stands inside an unquoted field.",
        CsvMalformedReason.TextAfterClosingQuote => "Text follows a closing quote.",
        CsvMalformedReason.LineBreakInQuotes or CsvMalformedReason.UnterminatedQuote => "A quoted field is not closed.",
        _ => $"It is malformed ({reason}).",
    };
}
