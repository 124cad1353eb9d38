using System.Globalization;

namespace WorkerStreams.Engine.Journal;

/// <summary>What a repair cuts off and keeps beside the journal, and what it has to say of that.</summary>
internal sealed class Repairs(IJournalFolder folder)
{
    private const string Prefix = "cut-";
    private const int CopiedAtOnce = 1024 * 1024;

    public List<string> Report { get; } = [];

    public void Tell(Damage damage) => Report.Add($"'{damage.File}' is damaged at byte {damage.Offset}: {damage.What}");

    public void Move(string name)
    {
        var to = FreeName(name);
        folder.Rename(name, to);
        folder.Flush();
        Report.Add($"'{name}' is no part of the journal any more and is kept as '{to}'.");
    }

    /// <summary>Keeps a part of a file that is about to be overwritten.</summary>
    public void Copy(IJournalFile file, long from, long to)
    {
        var name = FreeName(string.Create(CultureInfo.InvariantCulture, $"{file.Name}-from-{from}"));
        var bytes = new byte[CopiedAtOnce];
        using (var copy = folder.Create(name))
        {
            for (var at = from; at < to; at += bytes.Length)
                copy.Write(bytes.AsSpan(0, file.Read(bytes.AsSpan(0, (int)Math.Min(bytes.Length, to - at)), at)), at - from);
            copy.Flush();
        }
        folder.Flush();
        Report.Add($"'{file.Name}' ends at byte {from} now; what followed is kept as '{name}'.");
    }

    private string FreeName(string name)
    {
        var names = folder.List();
        var free = Prefix + name;
        for (var i = 2; names.Contains(free); i++)
            free = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{name}-{i}");
        return free;
    }
}
