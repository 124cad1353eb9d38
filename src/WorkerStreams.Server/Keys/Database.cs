using WorkerStreams.Engine;

namespace WorkerStreams.Server.Keys;

/// <summary>What SELECT chooses. The names of 0 are the engine's own; those of each other one begin with four bytes that stand for it.</summary>
internal static class Database
{
    public const int Count = 16;

    /// <summary>As people are told it: with it begin names of no database, which clients of database 0 can name.</summary>
    public const string TemporaryPrefix = @"\x00dbq";

    private const int PrefixLength = 4;

    /// <summary>The name, among all names of the engine, of a key of a database.</summary>
    public static StreamName NameOf(int database, ReadOnlySpan<byte> key)
    {
        if (database == 0)
            return new(key);
        var name = new byte[PrefixLength + key.Length];
        WritePrefix(database, name);
        key.CopyTo(name.AsSpan(PrefixLength));
        return new(name.AsSpan());
    }

    /// <summary>The database that a name is of.</summary>
    public static int Of(StreamName name) => name.Bytes is [0, (byte)'d', (byte)'b', > (byte)'a' and < (byte)'a' + Count, ..] ? name.Bytes[PrefixLength - 1] - 'a' : 0;

    /// <summary>The key in its database.</summary>
    public static ReadOnlySpan<byte> KeyOf(StreamName name) => Of(name) == 0 ? name.Bytes : name.Bytes[PrefixLength..];

    /// <summary>A text of the engine, in which a client of the database is told its own keys.</summary>
    public static string Tell(int database, string text)
    {
        if (database == 0)
            return text;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        WritePrefix(database, prefix);
        return text.Replace(System.Text.Encoding.ASCII.GetString(prefix), "", StringComparison.Ordinal);
    }

    private static void WritePrefix(int database, Span<byte> prefix)
    {
        "\0db"u8.CopyTo(prefix);
        prefix[PrefixLength - 1] = (byte)('a' + database);
    }
}
