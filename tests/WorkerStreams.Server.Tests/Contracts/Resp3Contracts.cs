using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Server.Tests.Contracts;

public sealed class Resp3Acknowledging(Resp3Fixture fixture) : AcknowledgingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Appending(Resp3Fixture fixture) : AppendingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3AutoClaiming(Resp3Fixture fixture) : AutoClaimingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3BatchAppending(Resp3Fixture fixture) : BatchAppendingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3BatchMemory(Resp3Fixture fixture) : BatchMemoryContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Blocking(Resp3Fixture fixture) : BlockingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Cancellation(Resp3Fixture fixture) : CancellationContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Claiming(Resp3Fixture fixture) : ClaimingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Concurrency(Resp3Fixture fixture) : ConcurrencyContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Consumers(Resp3Fixture fixture) : ConsumersContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Names(Resp3Fixture fixture) : NamesContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Deleting(Resp3Fixture fixture) : DeletingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3References(Resp3Fixture fixture) : ReferencesContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3ReadClaiming(Resp3Fixture fixture) : ReadClaimingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Nacking(Resp3Fixture fixture) : NackingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Idempotency(Resp3Fixture fixture) : IdempotencyContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Moving(Resp3Fixture fixture) : MovingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Fields(Resp3Fixture fixture) : FieldsContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3ForeignKeys(Resp3Fixture fixture) : ForeignKeysContract(fixture, fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3GroupBlocking(Resp3Fixture fixture) : GroupBlockingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3GroupReading(Resp3Fixture fixture) : GroupReadingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Groups(Resp3Fixture fixture) : GroupsContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3History(Resp3Fixture fixture) : HistoryContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Lag(Resp3Fixture fixture) : LagContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3ManyPending(Resp3Fixture fixture) : ManyPendingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3OwnedClaiming(Resp3Fixture fixture) : OwnedClaimingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Pending(Resp3Fixture fixture) : PendingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3RandomCommands(Resp3ClockFixture fixture) : RandomCommandsContract(fixture), IClassFixture<Resp3ClockFixture>;

public sealed class Resp3Range(Resp3Fixture fixture) : RangeContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Reading(Resp3Fixture fixture) : ReadingContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3SetId(Resp3Fixture fixture) : SetIdContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Settlement(Resp3Fixture fixture) : SettlementContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3StreamInfo(Resp3Fixture fixture) : StreamInfoContract(fixture), IClassFixture<Resp3Fixture>;

public sealed class Resp3Trimming(Resp3Fixture fixture) : TrimmingContract(fixture), IClassFixture<Resp3Fixture>;
