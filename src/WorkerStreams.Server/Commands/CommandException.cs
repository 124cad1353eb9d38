using System.Text;

namespace WorkerStreams.Server.Commands;

/// <summary>A command is refused in Redis's words. What it repeats of the command's own words stays the bytes that they are: each is one character.</summary>
internal sealed class CommandException(string text) : Exception(text)
{
    private const int MostRepeated = 128, MostRepeatedOfOption = 64 * 1024;

    public ReadOnlySpan<byte> Bytes => Encoding.Latin1.GetBytes(Message);

    public static CommandException Syntax() => new("ERR syntax error");

    public static CommandException NotInteger() => new("ERR value is not an integer or out of range");

    public static CommandException InvalidId() => new("ERR Invalid stream ID specified as stream command argument");

    public static CommandException WrongType() => new("WRONGTYPE Operation against a key holding the wrong kind of value");

    public static CommandException NoSuchKey() => new("ERR no such key");

    /// <param name="command">In small letters; a subcommand after its command and a bar.</param>
    public static CommandException Arity(string command) => new($"ERR wrong number of arguments for '{command}' command");

    /// <summary>The command has subcommands, and options of this one make no sense.</summary>
    public static CommandException Subcommand(ReadOnlySpan<byte> subcommand, string command) =>
        new($"ERR unknown subcommand or wrong number of arguments for '{Repeat(subcommand)}'. Try {command} HELP.");

    /// <summary>An option, or a value that one has, as characters. Redis repeats all of it; here what is beyond 64 KiB is left out.</summary>
    public static string RepeatOption(ReadOnlySpan<byte> word) => Repeat(word, MostRepeatedOfOption);

    /// <summary>A word of the command as characters, up to a zero and to so many bytes.</summary>
    public static string Repeat(ReadOnlySpan<byte> word, int most = MostRepeated)
    {
        if (word.IndexOf((byte)0) is >= 0 and var end)
            word = word[..end];
        return Encoding.Latin1.GetString(word[..Math.Min(word.Length, most)]);
    }
}
