using WorkerStreams.Engine;

namespace WorkerStreams.Server.Sessions;

/// <summary>What a client waits for.</summary>
/// <param name="Keys">The streams or lists, if it is for such.</param>
/// <param name="EndsWithKey">Whether it also ends where a key goes.</param>
internal sealed record BlockedOn(IReadOnlyList<StreamName> Keys, bool EndsWithKey = false);
