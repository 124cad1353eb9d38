using StackExchange.Redis;

namespace OrderProcessing;

/// <summary>Where the stream is; neither is in the memory of this process.</summary>
/// <param name="Directory">The folder in which this process keeps it.</param>
/// <param name="Redis">The Redis server that has it.</param>
internal sealed record EngineChoice(string? Directory = null, ConfigurationOptions? Redis = null);
