using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>The names that a consumer may have in its group: the first that no other process holds.</summary>
/// <param name="Base">What is given, or the machine's name.</param>
/// <param name="Ordinal">The first number that makes a name of it.</param>
/// <param name="IsGiven">Whether the first name has no number.</param>
internal sealed record ConsumerNames(string Base, int Ordinal, bool IsGiven)
{
    public StreamName this[int index] => IsGiven && index == 0 ? Base : $"{Base}-{Ordinal + index}";
}
