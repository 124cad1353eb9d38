using WorkerStreams.Engine.Contract;

namespace WorkerStreams.Server.Tests.Contracts;

public sealed class Resp2Acknowledging(Resp2Fixture fixture) : AcknowledgingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Appending(Resp2Fixture fixture) : AppendingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2AutoClaiming(Resp2Fixture fixture) : AutoClaimingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2BatchAppending(Resp2Fixture fixture) : BatchAppendingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2BatchMemory(Resp2Fixture fixture) : BatchMemoryContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Blocking(Resp2Fixture fixture) : BlockingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Cancellation(Resp2Fixture fixture) : CancellationContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Claiming(Resp2Fixture fixture) : ClaimingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Concurrency(Resp2Fixture fixture) : ConcurrencyContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Consumers(Resp2Fixture fixture) : ConsumersContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Names(Resp2Fixture fixture) : NamesContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Deleting(Resp2Fixture fixture) : DeletingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2References(Resp2Fixture fixture) : ReferencesContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2ReadClaiming(Resp2Fixture fixture) : ReadClaimingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Nacking(Resp2Fixture fixture) : NackingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Idempotency(Resp2Fixture fixture) : IdempotencyContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Moving(Resp2Fixture fixture) : MovingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Fields(Resp2Fixture fixture) : FieldsContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2ForeignKeys(Resp2Fixture fixture) : ForeignKeysContract(fixture, fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2GroupBlocking(Resp2Fixture fixture) : GroupBlockingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2GroupReading(Resp2Fixture fixture) : GroupReadingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Groups(Resp2Fixture fixture) : GroupsContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2History(Resp2Fixture fixture) : HistoryContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Lag(Resp2Fixture fixture) : LagContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2ManyPending(Resp2Fixture fixture) : ManyPendingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2OwnedClaiming(Resp2Fixture fixture) : OwnedClaimingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Pending(Resp2Fixture fixture) : PendingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2RandomCommands(Resp2ClockFixture fixture) : RandomCommandsContract(fixture), IClassFixture<Resp2ClockFixture>;

public sealed class Resp2Range(Resp2Fixture fixture) : RangeContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Reading(Resp2Fixture fixture) : ReadingContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2SetId(Resp2Fixture fixture) : SetIdContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Settlement(Resp2Fixture fixture) : SettlementContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2StreamInfo(Resp2Fixture fixture) : StreamInfoContract(fixture), IClassFixture<Resp2Fixture>;

public sealed class Resp2Trimming(Resp2Fixture fixture) : TrimmingContract(fixture), IClassFixture<Resp2Fixture>;
