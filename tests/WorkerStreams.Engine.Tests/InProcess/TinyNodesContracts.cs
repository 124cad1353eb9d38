using WorkerStreams.Engine.Contract;
using Xunit;

namespace WorkerStreams.Engine.Tests.InProcess;

public sealed class TinyNodesAppending(TinyNodesFixture fixture) : AppendingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesBatchAppending(TinyNodesFixture fixture) : BatchAppendingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesRange(TinyNodesFixture fixture) : RangeContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesFields(TinyNodesFixture fixture) : FieldsContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesReading(TinyNodesFixture fixture) : ReadingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesReadBytes(TinyNodesFixture fixture) : ReadBytesContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesBlocking(TinyNodesFixture fixture) : BlockingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesGroupBlocking(TinyNodesFixture fixture) : GroupBlockingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesGroupReading(TinyNodesFixture fixture) : GroupReadingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesHistory(TinyNodesFixture fixture) : HistoryContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesAcknowledging(TinyNodesFixture fixture) : AcknowledgingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesSettlement(TinyNodesFixture fixture) : SettlementContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesClaiming(TinyNodesFixture fixture) : ClaimingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesOwnedClaiming(TinyNodesFixture fixture) : OwnedClaimingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesAutoClaiming(TinyNodesFixture fixture) : AutoClaimingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesPending(TinyNodesFixture fixture) : PendingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesTrimming(TinyNodesFixture fixture) : TrimmingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesDeleting(TinyNodesFixture fixture) : DeletingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesReferences(TinyNodesFixture fixture) : ReferencesContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesReadClaiming(TinyNodesFixture fixture) : ReadClaimingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesNacking(TinyNodesFixture fixture) : NackingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesIdempotency(TinyNodesFixture fixture) : IdempotencyContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesMoving(TinyNodesFixture fixture) : MovingContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesSetId(TinyNodesFixture fixture) : SetIdContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesGroups(TinyNodesFixture fixture) : GroupsContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesConsumers(TinyNodesFixture fixture) : ConsumersContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesNames(TinyNodesFixture fixture) : NamesContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesStreamInfo(TinyNodesFixture fixture) : StreamInfoContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesLag(TinyNodesFixture fixture) : LagContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesCancellation(TinyNodesFixture fixture) : CancellationContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesBatchMemory(TinyNodesFixture fixture) : BatchMemoryContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesConcurrency(TinyNodesFixture fixture) : ConcurrencyContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesRandomCommands(TinyNodesFixture fixture) : RandomCommandsContract(fixture), IClassFixture<TinyNodesFixture>;

public sealed class TinyNodesManyPending(TinyNodesFixture fixture) : ManyPendingContract(fixture), IClassFixture<TinyNodesFixture>;
