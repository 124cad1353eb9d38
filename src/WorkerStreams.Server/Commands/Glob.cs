namespace WorkerStreams.Server.Commands;

/// <summary>Patterns in which <c>*</c> stands for any letters and <c>?</c> for one; in letters of any case.</summary>
internal static class Glob
{
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<char> text)
    {
        // Where the last star was, and what it was tried against: so any number of stars takes no longer than one.
        var (at, star, tried, left) = (0, -1, 0, text.Length);
        for (var i = 0; i < left;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, tried) = (at++, i);
            }
            else if (at < pattern.Length && (pattern[at] == '?' || char.ToLowerInvariant((char)pattern[at]) == char.ToLowerInvariant(text[i])))
            {
                at++;
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
        return pattern[at..].IndexOfAnyExcept((byte)'*') < 0;
    }
}
