using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

public sealed class InProcessAppending(InProcessFixture fixture) : AppendingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessBatchAppending(InProcessFixture fixture) : BatchAppendingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessRange(InProcessFixture fixture) : RangeContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessFields(InProcessFixture fixture) : FieldsContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessReading(InProcessFixture fixture) : ReadingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessReadBytes(InProcessFixture fixture) : ReadBytesContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessBlocking(InProcessFixture fixture) : BlockingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessGroupBlocking(InProcessFixture fixture) : GroupBlockingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessGroupReading(InProcessFixture fixture) : GroupReadingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessHistory(InProcessFixture fixture) : HistoryContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessAcknowledging(InProcessFixture fixture) : AcknowledgingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessSettlement(InProcessFixture fixture) : SettlementContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessClaiming(InProcessFixture fixture) : ClaimingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessOwnedClaiming(InProcessFixture fixture) : OwnedClaimingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessAutoClaiming(InProcessFixture fixture) : AutoClaimingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessPending(InProcessFixture fixture) : PendingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessTrimming(InProcessFixture fixture) : TrimmingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessDeleting(InProcessFixture fixture) : DeletingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessReferences(InProcessFixture fixture) : ReferencesContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessReadClaiming(InProcessFixture fixture) : ReadClaimingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessNacking(InProcessFixture fixture) : NackingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessIdempotency(InProcessFixture fixture) : IdempotencyContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessMoving(InProcessFixture fixture) : MovingContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessSetId(InProcessFixture fixture) : SetIdContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessGroups(InProcessFixture fixture) : GroupsContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessConsumers(InProcessFixture fixture) : ConsumersContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessNames(InProcessFixture fixture) : NamesContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessStreamInfo(InProcessFixture fixture) : StreamInfoContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessLag(InProcessFixture fixture) : LagContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessCancellation(InProcessFixture fixture) : CancellationContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessBatchMemory(InProcessFixture fixture) : BatchMemoryContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessConcurrency(InProcessFixture fixture) : ConcurrencyContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessRandomCommands(InProcessFixture fixture) : RandomCommandsContract(fixture), IClassFixture<InProcessFixture>;

public sealed class InProcessManyPending(InProcessFixture fixture) : ManyPendingContract(fixture), IClassFixture<InProcessFixture>;
