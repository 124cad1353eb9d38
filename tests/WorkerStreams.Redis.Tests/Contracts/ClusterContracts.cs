using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Redis.Tests.Contracts;

public sealed class ClusterAcknowledging(ClusterFixture fixture) : AcknowledgingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterAppending(ClusterFixture fixture) : AppendingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterAutoClaiming(ClusterFixture fixture) : AutoClaimingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterBatchAppending(ClusterFixture fixture) : BatchAppendingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterBatchMemory(ClusterFixture fixture) : BatchMemoryContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterBlocking(ClusterFixture fixture) : BlockingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterCancellation(ClusterFixture fixture) : CancellationContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterClaiming(ClusterFixture fixture) : ClaimingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterConcurrency(ClusterFixture fixture) : ConcurrencyContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterConsumers(ClusterFixture fixture) : ConsumersContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterNames(ClusterFixture fixture) : NamesContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterDeleting(ClusterFixture fixture) : DeletingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterReferences(ClusterFixture fixture) : ReferencesContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterReadClaiming(ClusterFixture fixture) : ReadClaimingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterNacking(ClusterFixture fixture) : NackingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterIdempotency(ClusterFixture fixture) : IdempotencyContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterMoving(ClusterFixture fixture) : MovingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterFields(ClusterFixture fixture) : FieldsContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterForeignKeys(ClusterFixture fixture) : ForeignKeysContract(fixture.OrSkip(), fixture), IClassFixture<ClusterFixture>;

public sealed class ClusterGroupBlocking(ClusterFixture fixture) : GroupBlockingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterGroupReading(ClusterFixture fixture) : GroupReadingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterGroups(ClusterFixture fixture) : GroupsContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterHistory(ClusterFixture fixture) : HistoryContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterLag(ClusterFixture fixture) : LagContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterManyPending(ClusterFixture fixture) : ManyPendingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterOwnedClaiming(ClusterFixture fixture) : OwnedClaimingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterPending(ClusterFixture fixture) : PendingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterRandomCommands(ClusterFixture fixture) : RandomCommandsContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterRange(ClusterFixture fixture) : RangeContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterReading(ClusterFixture fixture) : ReadingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterSetId(ClusterFixture fixture) : SetIdContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterSettlement(ClusterFixture fixture) : SettlementContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterStreamInfo(ClusterFixture fixture) : StreamInfoContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;

public sealed class ClusterTrimming(ClusterFixture fixture) : TrimmingContract(fixture.OrSkip()), IClassFixture<ClusterFixture>;
