namespace WorkerStreams.Engine.Journal;

/// <summary>
/// Holds a time that no id by the clock has reached: of the last ids a log that loses its end with the machine does not tell. Written in its place, as a header is, so whole or not at all.
/// </summary>
internal sealed class IdCeilingFile : IDisposable
{
    private readonly IJournalFolder _folder;
    private IJournalFile? _file;

    /// <summary>One as it is there, if it is. Changes nothing.</summary>
    /// <exception cref="IOException">It is damaged, or of a newer version.</exception>
    public IdCeilingFile(IJournalFolder folder)
    {
        _folder = folder;
        if (!folder.List().Contains(FileNames.IdCeiling))
            return;
        _file = folder.Open(FileNames.IdCeiling);
        if (FileHeader.TryRead(_file, Magic, out var header))
        {
            Ceiling = header.Number;
            return;
        }
        _file.Dispose();
        throw JournalErrors.Damaged(folder, Damage);
    }

    /// <summary>In milliseconds since 1970-01-01 UTC; 0 where the log tells of all ids.</summary>
    public long Ceiling { get; private set; }

    public static ReadOnlySpan<byte> Magic => "WSIDCEIL"u8;

    private static Damage Damage => new(FileNames.IdCeiling, 0, "The file is not as it was written.");

    /// <summary>Makes one where there is none.</summary>
    public void Make()
    {
        if (_file is not null)
            return;
        var temporary = FileNames.IdCeiling + FileNames.Temporary;
        using (var file = _folder.Create(temporary))
            Write(file, 0);
        _folder.Rename(temporary, FileNames.IdCeiling);
        _folder.Flush();
        _file = _folder.Open(FileNames.IdCeiling);
    }

    /// <summary>Sets a damaged one aside.</summary>
    public static void Repair(IJournalFolder folder, Repairs repairs)
    {
        if (!folder.List().Contains(FileNames.IdCeiling))
            return;
        using (var file = folder.Open(FileNames.IdCeiling))
        {
            if (FileHeader.TryRead(file, Magic, out _))
                return;
        }
        repairs.Tell(Damage);
        repairs.Move(FileNames.IdCeiling);
    }

    /// <summary>Writes another ceiling, which is on the disk on return.</summary>
    public void Write(long ceiling)
    {
        Write(_file!, ceiling);
        Ceiling = ceiling;
    }

    public void Dispose() => _file?.Dispose();

    private static void Write(IJournalFile file, long ceiling)
    {
        Span<byte> bytes = stackalloc byte[FileHeader.Bytes];
        new FileHeader(Log: 0, Size: 0, ceiling, Variant: 0, First: 0).Write(bytes, Magic);
        file.Write(bytes, 0);
        file.Flush();
    }
}
