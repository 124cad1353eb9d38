using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;

namespace WorkerStreams.Redis.Tests.Connections;

public sealed class ServerVersionTests
{
    private static readonly Version Assumed = new(4, 0, 0);

    [Theory]
    [InlineData("5.0.14")]
    [InlineData("6.0.20")]
    public void A_server_before_6_2_is_refused_with_its_version(string version)
    {
        var refusal = Assert.Throws<StreamEngineException>(() => ServerVersion.Check("one:6379", Version.Parse(version), Assumed));
        Assert.Equal(StreamErrorCode.Unavailable, refusal.Code);
        Assert.Equal($"ERR The server one:6379 is Redis {version}. WorkerStreams needs Redis 6.2 or later, or Valkey.", refusal.Message);
    }

    [Theory]
    [InlineData("6.2")]
    [InlineData("6.2.0")]
    [InlineData("8.0.6")]
    [InlineData("4.0.0")]
    public void A_later_one_is_taken_and_one_that_does_not_tell(string version) => ServerVersion.Check("one:6379", Version.Parse(version), Assumed);
}
