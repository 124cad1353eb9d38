namespace OrderProcessing;

/// <summary>Lets handlers fail at random, to show what retries and redelivery make of it.</summary>
/// <param name="rate">The probability of a fault, 0 to 1.</param>
internal sealed class RandomFaults(double rate)
{
    /// <summary>The fault that one call of the handler is to have.</summary>
    public Fault Draw() =>
        Random.Shared.NextDouble() >= rate ? Fault.None
        : Random.Shared.Next(2) == 0 ? Fault.BeforeWrite
        : Fault.AfterWrite;
}

/// <summary>Where a call of the handler fails.</summary>
internal enum Fault
{
    None,
    BeforeWrite,
    AfterWrite,
}

internal static class FaultExtensions
{
    public static void ThrowIf(this Fault fault, Fault here)
    {
        if (fault == here)
            throw new InvalidOperationException($"A fault as asked for with --fail-rate, {here}.");
    }
}
