namespace WorkerStreams.Engine.Journal;

/// <summary>A folder of files, and what of a file system a journal needs. Failures are <see cref="IOException"/>s that name the file.</summary>
internal interface IJournalFolder
{
    /// <summary>For messages.</summary>
    string Path { get; }

    /// <summary>The bytes that are free on its disk, or null where that is not known.</summary>
    long? FreeBytes { get; }

    /// <summary>Makes the folder where it is not there.</summary>
    void Create();

    /// <summary>Keeps other processes out until disposed.</summary>
    /// <exception cref="IOException">Another has it; the message tells which.</exception>
    IDisposable Lock();

    /// <summary>The names of the files.</summary>
    IReadOnlyList<string> List();

    /// <summary>Opens a file that is there.</summary>
    IJournalFile Open(string name);

    /// <summary>Makes an empty file; one of that name loses what it had.</summary>
    IJournalFile Create(string name);

    /// <summary>Gives a file that nobody has open another name; a file that had it goes.</summary>
    void Rename(string from, string to);

    void Delete(string name);

    /// <summary>Makes durable what was created, renamed and deleted.</summary>
    void Flush();
}

/// <summary>An open file. It grows as it is written.</summary>
internal interface IJournalFile : IDisposable
{
    string Name { get; }

    long Length { get; }

    /// <returns>The bytes read: fewer than asked for where the file ends.</returns>
    int Read(Span<byte> bytes, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>
    /// From now on writes, which must lie within its length, go to memory that the operating system writes to the file: as safe from the end of the process, for a tenth of the cost of a call to it.
    /// Does nothing where the system does not flush such memory with the file.
    /// </summary>
    void Map();

    /// <summary>Makes durable what was written.</summary>
    void Flush();
}
