using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.Durable;

public sealed class DurableAppending(DurableFixture fixture) : AppendingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableBatchAppending(DurableFixture fixture) : BatchAppendingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableRange(DurableFixture fixture) : RangeContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableFields(DurableFixture fixture) : FieldsContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableReading(DurableFixture fixture) : ReadingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableReadBytes(DurableFixture fixture) : ReadBytesContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableBlocking(DurableFixture fixture) : BlockingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableGroupBlocking(DurableFixture fixture) : GroupBlockingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableGroupReading(DurableFixture fixture) : GroupReadingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableHistory(DurableFixture fixture) : HistoryContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableAcknowledging(DurableFixture fixture) : AcknowledgingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableSettlement(DurableFixture fixture) : SettlementContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableClaiming(DurableFixture fixture) : ClaimingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableOwnedClaiming(DurableFixture fixture) : OwnedClaimingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableAutoClaiming(DurableFixture fixture) : AutoClaimingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurablePending(DurableFixture fixture) : PendingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableTrimming(DurableFixture fixture) : TrimmingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableDeleting(DurableFixture fixture) : DeletingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableReferences(DurableFixture fixture) : ReferencesContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableReadClaiming(DurableFixture fixture) : ReadClaimingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableNacking(DurableFixture fixture) : NackingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableIdempotency(DurableFixture fixture) : IdempotencyContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableMoving(DurableFixture fixture) : MovingContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableSetId(DurableFixture fixture) : SetIdContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableGroups(DurableFixture fixture) : GroupsContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableConsumers(DurableFixture fixture) : ConsumersContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableNames(DurableFixture fixture) : NamesContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableStreamInfo(DurableFixture fixture) : StreamInfoContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableLag(DurableFixture fixture) : LagContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableCancellation(DurableFixture fixture) : CancellationContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableBatchMemory(DurableFixture fixture) : BatchMemoryContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableConcurrency(DurableFixture fixture) : ConcurrencyContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableRandomCommands(DurableFixture fixture) : RandomCommandsContract(fixture), IClassFixture<DurableFixture>;

public sealed class DurableManyPending(DurableFixture fixture) : ManyPendingContract(fixture), IClassFixture<DurableFixture>;
