using System.Diagnostics;
using WorkerStreams.Configuration;
using WorkerStreams.Engine;

namespace WorkerStreams.Telemetry;

/// <summary>The attributes of spans and measurements, by OpenTelemetry's messaging conventions.</summary>
internal static class Tags
{
    public const string MessageId = "messaging.message.id";
    public const string MessageCount = "messaging.batch.message_count";
    public const string DeliveryCount = "workerstreams.delivery_count";

    public static KeyValuePair<string, object?>[] OfPublish(StreamName stream) =>
    [
        System,
        new("messaging.operation.name", "publish"),
        new("messaging.operation.type", "send"),
        new("messaging.destination.name", stream.ToString()),
    ];

    public static KeyValuePair<string, object?>[] OfProcess(ConsumerPlan plan) =>
    [
        System,
        new("messaging.operation.name", "process"),
        new("messaging.operation.type", "process"),
        new("messaging.destination.name", plan.Stream.ToString()),
        new("messaging.consumer.group.name", plan.Group.ToString()),
    ];

    public static KeyValuePair<string, object?>[] OfConsumer(ConsumerPlan plan) =>
    [
        System,
        new("messaging.destination.name", plan.Stream.ToString()),
        new("messaging.consumer.group.name", plan.Group.ToString()),
        new("workerstreams.consumer.name", plan.Name),
    ];

    public static TagList OfGroup(StreamName stream, StreamName group) =>
    [
        System,
        new("messaging.destination.name", stream.ToString()),
        new("messaging.consumer.group.name", group.ToString()),
    ];

    /// <summary>The class of an error: the engine's code where it has one, else the exception's type.</summary>
    public static KeyValuePair<string, object?> ErrorType(Exception error) =>
        new("error.type", error is StreamEngineException refused ? refused.Code.ToString() : error.GetType().FullName);

    private static KeyValuePair<string, object?> System => new("messaging.system", "workerstreams");
}
