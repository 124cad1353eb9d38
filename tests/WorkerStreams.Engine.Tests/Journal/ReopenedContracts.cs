using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.Journal;

public sealed class ReopenedAppending(ReopenedFixture fixture) : AppendingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedBatchAppending(ReopenedFixture fixture) : BatchAppendingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedRange(ReopenedFixture fixture) : RangeContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedFields(ReopenedFixture fixture) : FieldsContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedReading(ReopenedFixture fixture) : ReadingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedReadBytes(ReopenedFixture fixture) : ReadBytesContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedBlocking(ReopenedFixture fixture) : BlockingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedGroupBlocking(ReopenedFixture fixture) : GroupBlockingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedGroupReading(ReopenedFixture fixture) : GroupReadingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedHistory(ReopenedFixture fixture) : HistoryContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedAcknowledging(ReopenedFixture fixture) : AcknowledgingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedSettlement(ReopenedFixture fixture) : SettlementContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedClaiming(ReopenedFixture fixture) : ClaimingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedOwnedClaiming(ReopenedFixture fixture) : OwnedClaimingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedAutoClaiming(ReopenedFixture fixture) : AutoClaimingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedPending(ReopenedFixture fixture) : PendingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedTrimming(ReopenedFixture fixture) : TrimmingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedDeleting(ReopenedFixture fixture) : DeletingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedReferences(ReopenedFixture fixture) : ReferencesContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedReadClaiming(ReopenedFixture fixture) : ReadClaimingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedNacking(ReopenedFixture fixture) : NackingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedIdempotency(ReopenedFixture fixture) : IdempotencyContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedMoving(ReopenedFixture fixture) : MovingContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedSetId(ReopenedFixture fixture) : SetIdContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedGroups(ReopenedFixture fixture) : GroupsContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedConsumers(ReopenedFixture fixture) : ConsumersContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedNames(ReopenedFixture fixture) : NamesContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedStreamInfo(ReopenedFixture fixture) : StreamInfoContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedLag(ReopenedFixture fixture) : LagContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedCancellation(ReopenedFixture fixture) : CancellationContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedBatchMemory(ReopenedFixture fixture) : BatchMemoryContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedConcurrency(ReopenedFixture fixture) : ConcurrencyContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedRandomCommands(ReopenedFixture fixture) : RandomCommandsContract(fixture), IClassFixture<ReopenedFixture>;

public sealed class ReopenedManyPending(ReopenedFixture fixture) : ManyPendingContract(fixture), IClassFixture<ReopenedFixture>;
