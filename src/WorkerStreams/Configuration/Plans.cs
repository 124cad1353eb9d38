using WorkerStreams.Engine;

namespace WorkerStreams.Configuration;

/// <summary>All settings after validation; nothing changes them any more.</summary>
/// <param name="Consumers">In the order of their registrations.</param>
/// <param name="Producers">By their registrations.</param>
/// <param name="CreateEngine">Makes the engine.</param>
/// <param name="Health">When the health checks raise an alarm.</param>
internal sealed record Plans(
    IReadOnlyList<ConsumerPlan> Consumers,
    IReadOnlyDictionary<ProducerRegistration, ProducerPlan> Producers,
    Func<IServiceProvider, IStreamEngine> CreateEngine,
    HealthPlan Health);
