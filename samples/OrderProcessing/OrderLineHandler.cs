using WorkerStreams;

namespace OrderProcessing;

/// <summary>Writes an order line to the ledger.</summary>
internal sealed class OrderLineHandler(Ledger ledger, RandomFaults faults) : IStreamHandler<OrderLine>
{
    public ValueTask HandleAsync(OrderLine message, StreamContext context, CancellationToken cancellation)
    {
        var fault = faults.Draw();
        fault.ThrowIf(Fault.BeforeWrite);
        ledger.Write(message, context.Id, context.DeliveryCount);
        fault.ThrowIf(Fault.AfterWrite);
        return ValueTask.CompletedTask;
    }
}
