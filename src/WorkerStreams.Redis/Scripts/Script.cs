using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using WorkerStreams.Redis.Commands;

namespace WorkerStreams.Redis.Scripts;

/// <summary>A script that the server runs in one step, known to it by its hash; or a command of a RESP listener that does the same.</summary>
internal sealed class Script
{
    /// <summary>So many names and values a script can hand to a command: Lua's stack has some 8,000 places.</summary>
    public const int MostParts = 6_000;

    [SuppressMessage("Security", "CA5350", Justification = "A name that Redis makes of a script, not a secret.")]
    private Script(params string[] parts)
    {
        Text = string.Concat(parts.Select(Read));
        Hash = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Text)));
        Command = "WS." + parts[^1].ToUpperInvariant();
    }

    /// <summary>The scripts that a RESP listener has a command for, all but <see cref="Acknowledge"/>: there <see cref="Settle"/> is as quick.</summary>
    public static IReadOnlyList<Script> WithCommand => [Append, History, Claim, AutoClaim, Settle, Hold, Leave, Collect, Delete, Move];

    public static Script Append { get; } = new("append");

    public static Script History { get; } = new("history");

    public static Script Claim { get; } = new("holders", "claim");

    public static Script AutoClaim { get; } = new("autoclaim");

    public static Script Acknowledge { get; } = new("holders", "acknowledge");

    public static Script Settle { get; } = new("holders", "refusal", "settle");

    public static Script Hold { get; } = new("holders", "hold");

    public static Script Leave { get; } = new("holders", "leave");

    public static Script Collect { get; } = new("holders", "collect");

    public static Script Delete { get; } = new("delete");

    public static Script Move { get; } = new("refusal", "move");

    public string Text { get; }

    public string Hash { get; }

    /// <summary>The name of the command that does the same.</summary>
    public string Command { get; }

    /// <summary>The words of EVAL.</summary>
    public Arguments TextFor(Arguments keys, Arguments arguments) => Words(Text, keys, arguments);

    /// <summary>The words of EVALSHA.</summary>
    public Arguments HashFor(Arguments keys, Arguments arguments) => Words(Hash, keys, arguments);

    /// <summary>The words of the command.</summary>
    public static Arguments CommandFor(Arguments keys, Arguments arguments) => new Arguments().Number(keys.Count).Options(keys).Options(arguments);

    private static string Read(string part)
    {
        using var reader = new StreamReader(typeof(Script).Assembly.GetManifestResourceStream(part + ".lua")!);
        return reader.ReadToEnd();
    }

    private static Arguments Words(string name, Arguments keys, Arguments arguments) =>
        new Arguments().Text(name).Options(CommandFor(keys, arguments));
}
