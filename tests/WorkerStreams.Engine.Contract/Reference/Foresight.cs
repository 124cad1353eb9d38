namespace WorkerStreams.Engine.Contract.Reference;

/// <summary>What is known of an engine before it is given a command.</summary>
/// <param name="Now">The engine's time.</param>
/// <param name="OfIds">Whether it is known which id the engine would make in a stream.</param>
/// <param name="OfRenewal">Whether it is known what becomes of an entry that is renewed or released.</param>
/// <param name="OfMemory">Whether it is known until when the append of an entry is remembered.</param>
internal sealed record Foresight(Func<DateTimeOffset> Now, Func<StreamName, bool> OfIds, Func<StreamName, StreamEntryId, bool> OfRenewal, Func<StreamEntryId, bool> OfMemory);
