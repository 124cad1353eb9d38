using System.Text.Json;

namespace WorkerStreams.Configuration;

/// <summary>What one call of <c>ConfigureJson</c> asked for.</summary>
internal sealed record JsonConfiguration(Action<JsonSerializerOptions> Configure);
