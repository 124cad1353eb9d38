namespace WorkerStreams.Engine.Journal;

/// <summary>A file of chunks, and how much of it is needed.</summary>
internal sealed class ChunkFile : IDisposable
{
    private ChunkFile(FileHeader header, IJournalFile file) => (Number, File, Seed, Length) = (header.Number, file, header.Seed, file.Length);

    public static ReadOnlySpan<byte> Magic => "WSCHUNKS"u8;

    public long Number { get; }

    public IJournalFile File { get; }

    public uint Seed { get; }

    /// <summary>Its bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>Where the next chunk goes.</summary>
    public long End { get; set; } = FileHeader.Bytes;

    /// <summary>The bytes of chunks that are needed.</summary>
    public long Used { get; set; }

    /// <summary>Whether not all that is needed of it can be read.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>One that is to be written.</summary>
    /// <exception cref="IOException">It cannot be made; nothing stays behind.</exception>
    public static ChunkFile Begin(IJournalFolder folder, ulong log, long number)
    {
        var header = HeaderOf(log, number);
        var file = folder.Create(FileNames.ChunkFile(number));
        try
        {
            Write(header, file);
            return new(header, file);
        }
        catch
        {
            file.Dispose();
            folder.Delete(file.Name);
            throw;
        }
    }

    /// <summary>One of which a checkpoint tells.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="log">The log that it has to belong to.</param>
    /// <param name="number">Its number.</param>
    /// <param name="repairs">What was done, where it is to be repaired.</param>
    /// <exception cref="IOException">It is not there, or another, or damaged.</exception>
    public static ChunkFile Open(IJournalFolder folder, ulong log, long number, Repairs? repairs)
    {
        var name = FileNames.ChunkFile(number);
        if (!folder.List().Contains(name))
            throw JournalErrors.Damaged(folder, new(name, 0, "The file is missing, and the checkpoint tells of entries in it."));
        var header = HeaderOf(log, number);
        var file = folder.Open(name);
        try
        {
            if (!FileHeader.TryRead(file, Magic, out var found))
                Repair(folder, header, file, repairs);
            else if (found != header)
                throw JournalErrors.Damaged(folder, new(name, 0, "It belongs to another log, or had another number."));
            return new(header, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => File.Dispose();

    private static FileHeader HeaderOf(ulong log, long number) => new(log, Size: 0, number, Variant: 0, First: 0);

    // What it has to be is known, and each chunk tells for itself whether it is undamaged and belongs there.
    private static void Repair(IJournalFolder folder, FileHeader header, IJournalFile file, Repairs? repairs)
    {
        var damage = new Damage(file.Name, 0, "The header is not as it was written.");
        if (repairs is null)
            throw JournalErrors.Damaged(folder, damage);
        repairs.Tell(damage);
        Write(header, file);
        file.Flush();
    }

    private static void Write(FileHeader header, IJournalFile file)
    {
        Span<byte> bytes = stackalloc byte[FileHeader.Bytes];
        header.Write(bytes, Magic);
        file.Write(bytes, 0);
    }
}
