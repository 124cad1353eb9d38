using WorkerStreams.Server.Commands;

namespace WorkerStreams.Server.Keys;

/// <summary>Patterns of KEYS and SCAN: <c>*</c>, <c>?</c>, <c>[a-c]</c>, <c>[^a]</c>, and a backslash before what stands for itself.</summary>
/// <param name="pattern">The pattern.</param>
internal sealed class KeyPattern(byte[] pattern)
{
    // In bytes: each letter of each key may be tried against all of it.
    private const int Longest = 4096;

    // What may be done in all, and for each byte of names besides, so that no number of keys is too many for what is tried once.
    private const long MostSteps = 100_000_000, StepsOfByte = 16;

    private long _stepsLeft = MostSteps;

    /// <exception cref="CommandException">It is too long.</exception>
    public static KeyPattern Of(ReadOnlySpan<byte> pattern) => new(Check(pattern).ToArray());

    /// <exception cref="CommandException">It is too long.</exception>
    public static ReadOnlySpan<byte> Check(ReadOnlySpan<byte> pattern) =>
        pattern.Length <= Longest ? pattern : throw new CommandException($"ERR the pattern is longer than {Longest} bytes");

    /// <exception cref="CommandException">It has taken too long by now to try all keys.</exception>
    public bool Matches(ReadOnlySpan<byte> key)
    {
        _stepsLeft += StepsOfByte * key.Length;
        // Where the last star was, and what it was tried against: so any number of stars takes no longer than one.
        var (at, star, tried) = (0, -1, 0);
        for (int i = 0, taken = 0; i < key.Length; _stepsLeft -= taken + 1)
        {
            if (_stepsLeft < 0)
                throw new CommandException("ERR the pattern takes too many steps to be tried against the names of all keys");
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, tried) = (at++, i);
            }
            else if (at < pattern.Length && MatchesOne(pattern.AsSpan(at), key[i], out taken))
            {
                at += taken;
                i++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                i = ++tried;
            }
            else
            {
                return false;
            }
        }
        return pattern.AsSpan(at).IndexOfAnyExcept((byte)'*') < 0;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, byte letter, out int taken)
    {
        taken = 1;
        switch (pattern[0])
        {
            case (byte)'?':
                return true;
            case (byte)'[':
                return MatchesClass(pattern, letter, out taken);
            case (byte)'\\' when pattern.Length > 1:
                taken = 2;
                return pattern[1] == letter;
            default:
                return pattern[0] == letter;
        }
    }

    // As Redis, one that is not closed ends with the pattern.
    private static bool MatchesClass(ReadOnlySpan<byte> pattern, byte letter, out int taken)
    {
        var (i, found) = (1, false);
        var isNegated = pattern.Length > 1 && pattern[1] == '^';
        if (isNegated)
            i++;
        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                found |= pattern[++i] == letter;
            }
            else if (i + 2 < pattern.Length && pattern[i + 1] == '-')
            {
                var (low, high) = (Math.Min(pattern[i], pattern[i + 2]), Math.Max(pattern[i], pattern[i + 2]));
                found |= letter >= low && letter <= high;
                i += 2;
            }
            else
            {
                found |= pattern[i] == letter;
            }
        }
        taken = Math.Min(i + 1, pattern.Length);
        return found != isNegated;
    }
}
