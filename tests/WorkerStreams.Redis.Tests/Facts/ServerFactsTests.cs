using WorkerStreams.Redis.Servers;

namespace WorkerStreams.Redis.Tests.Facts;

/// <summary>What is known of a server by what it tells.</summary>
public sealed class ServerFactsTests
{
    private const string Since82 = "XACKDEL and XDELEX", Since84 = Since82 + ", XREADGROUP CLAIM", Since86 = Since84 + ", idempotent XADD", Since862 = Since86 + ", XIDMPRECORD", Since88 = Since862 + ", XNACK";

    [Theory]
    [InlineData("redis_version:6.2.0", "Redis 6.2.0", "auto-claim", "group lag, " + Since88)]
    [InlineData("redis_version:6.2.14", "Redis 6.2.14", "auto-claim", "group lag, " + Since88)]
    [InlineData("redis_version:7.0.15", "Redis 7.0.15", "auto-claim, group lag", Since88)]
    [InlineData("redis_version:7.4.2", "Redis 7.4.2", "auto-claim, group lag", Since88)]
    [InlineData("redis_version:8.0.6", "Redis 8.0.6", "auto-claim, group lag", Since88)]
    [InlineData("redis_version:8.2.1", "Redis 8.2.1", "auto-claim, group lag, " + Since82, "XREADGROUP CLAIM, idempotent XADD, XIDMPRECORD, XNACK")]
    [InlineData("redis_version:8.4.0", "Redis 8.4.0", "auto-claim, group lag, " + Since84, "idempotent XADD, XIDMPRECORD, XNACK")]
    [InlineData("redis_version:8.6.0", "Redis 8.6.0", "auto-claim, group lag, " + Since86, "XIDMPRECORD, XNACK")]
    [InlineData("redis_version:8.6.3", "Redis 8.6.3", "auto-claim, group lag, " + Since862, "XNACK")]
    [InlineData("redis_version:8.8.0", "Redis 8.8.0", "auto-claim, group lag, " + Since88, "nothing")]
    [InlineData("redis_version:8.8.0-rc1", "Redis 8.8.0", "auto-claim, group lag, " + Since88, "nothing")]
    [InlineData("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:7.2.11", "Valkey 7.2.11", "auto-claim, group lag", Since88)]
    [InlineData("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1", "Valkey 8.1.1", "auto-claim, group lag", Since88)]
    [InlineData("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:9.1.2", "Valkey 9.1.2", "auto-claim, group lag", Since88)]
    public void What_INFO_tells(string lines, string server, string has, string lacks)
    {
        var facts = ServerFacts.OfInfo($"# Server\r\n{lines}\r\nredis_mode:standalone\r\nos:Linux\r\n");
        Assert.Equal($"{server} (told by INFO): has {has}; lacks {lacks}", ServerAbilities.Describe(facts!));
    }

    [Theory]
    [InlineData("server redis version 7.0.15 proto 3", "Redis 7.0.15 (told by HELLO; INFO may not be used): has auto-claim, group lag; lacks " + Since88)]
    [InlineData("server valkey version 9.1.2 proto 2", "Valkey 9.1.2 (told by HELLO; INFO may not be used): has auto-claim, group lag; lacks " + Since88)]
    public void What_HELLO_tells(string words, string described) => Assert.Equal(described, ServerAbilities.Describe(ServerFacts.OfHello(words.Split(' '))!));

    [Fact]
    public void Where_nobody_tells_that_is_said() =>
        Assert.Equal(
            "Redis 4.0.0 (assumed by the client; neither INFO nor HELLO may be used): has nothing; lacks auto-claim, group lag, " + Since88,
            ServerAbilities.Describe(ServerFacts.OfClient(new(4, 0, 0))));

    [Fact]
    public void Commands_in_place_of_scripts_are_told_where_there_are_some() =>
        Assert.EndsWith("XNACK, commands in place of scripts; lacks nothing", ServerAbilities.Describe(ServerFacts.OfInfo("redis_version:8.8.0")! with { HasOwnCommands = true }), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("redis_version:unstable")]
    [InlineData("# Server\r\nuptime_in_seconds:1")]
    public void Text_without_a_version_tells_nothing(string text) => Assert.Null(ServerFacts.OfInfo(text));

    [Theory]
    [InlineData("5.0.14")]
    [InlineData("6.0.20")]
    public void A_server_before_6_2_is_refused_with_its_version(string version) =>
        Assert.Equal(
            $"ERR The server one:6379 is Redis {version}. WorkerStreams needs Redis 6.2 or later, or Valkey.",
            ServerVersion.Refuse("one:6379", ServerFacts.OfHello(["server", "redis", "version", version])!));

    [Theory]
    [InlineData(nameof(ServerAbility.References), "server redis version 8.0.6", "ERR it needs Redis 8.2 or later. The server one:6379 is Redis 8.0.6.")]
    [InlineData(nameof(ServerAbility.References), "server redis version 8.2.0", null)]
    [InlineData(nameof(ServerAbility.ClaimingReads), "server redis version 8.3.9", "ERR it needs Redis 8.4 or later. The server one:6379 is Redis 8.3.9.")]
    [InlineData(nameof(ServerAbility.NegativeAcknowledgements), "server valkey version 9.1.2", "ERR it needs Redis 8.8 or later. The server one:6379 is Valkey 9.1.2.")]
    [InlineData(nameof(ServerAbility.IdempotentAppends), "server redis version 9.0.0", null)]
    public void What_a_server_is_too_old_for_is_refused_with_its_version(string ability, string words, string? refusal) =>
        Assert.Equal(refusal, ServerAbilities.Refuse(Enum.Parse<ServerAbility>(ability), "it", "one:6379", ServerFacts.OfHello(words.Split(' '))!));

    [Fact]
    public void Who_tells_no_version_is_asked_all_the_same() => Assert.Null(ServerAbilities.Refuse(ServerAbility.NegativeAcknowledgements, "it", "one:6379", ServerFacts.OfClient(new(4, 0, 0))));

    [Theory]
    [InlineData("server redis version 6.2.0")]
    [InlineData("server redis version 8.0.6")]
    [InlineData("server valkey version 7.2.0")]
    public void A_later_one_is_taken(string words) => Assert.Null(ServerVersion.Refuse("one:6379", ServerFacts.OfHello(words.Split(' '))!));

    [Fact]
    public void What_is_only_assumed_is_no_reason_to_refuse() => Assert.Null(ServerVersion.Refuse("one:6379", ServerFacts.OfClient(new(4, 0, 0))));
}
