using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Connections;

namespace WorkerStreams.Redis.Tests.Connections;

public sealed class RedisErrorTests
{
    [Theory]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", StreamErrorCode.OutOfMemory)]
    [InlineData("UNBLOCKED the stream key no longer exists", StreamErrorCode.NoGroup)]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot", StreamErrorCode.InvalidArgument)]
    [InlineData("READONLY You can't write against a read only replica.", StreamErrorCode.Unavailable)]
    [InlineData("LOADING Redis is loading the dataset in memory", StreamErrorCode.Unavailable)]
    [InlineData("NOPERM this user has no permissions to run the 'xadd' command", StreamErrorCode.Unavailable)]
    [InlineData("ERR unknown command 'EVALSHA', with args beginning with: ", StreamErrorCode.Unavailable)]
    [InlineData("ERR unknown command 'WS.SETTLE', with args beginning with: ", StreamErrorCode.Unavailable)]
    [InlineData("ERR unknown command `WS.SETTLE`, with args beginning with: ", StreamErrorCode.Unavailable)]
    [InlineData("UNAVAILABLE the engine is closed", StreamErrorCode.Unavailable)]
    [InlineData("DISKFULL the disk is full: nothing was stored", StreamErrorCode.DiskFull)]
    [InlineData("ERR unknown command 'XNACK', with args beginning with: ", StreamErrorCode.InvalidArgument)]
    public void What_the_server_refuses_keeps_its_text_and_has_changed_nothing(string text, StreamErrorCode code)
    {
        var error = RedisError.Translate(new RedisServerException(RedisErrorKind.None, CommandFlags.None, text));
        Assert.Equal((code, text, false), (error!.Code, error.Message, error.MayHaveTakenEffect));
    }

    [Fact]
    public void What_a_listener_is_uncertain_of_may_have_changed_something()
    {
        var error = RedisError.Translate(new RedisServerException(RedisErrorKind.None, CommandFlags.None, "UNCERTAIN the journal is closed"));
        Assert.Equal((StreamErrorCode.Unavailable, "UNCERTAIN the journal is closed", true), (error!.Code, error.Message, error.MayHaveTakenEffect));
    }

    [Theory]
    [InlineData(CommandStatus.WaitingInBacklog, false, false)]
    [InlineData(CommandStatus.WaitingToBeSent, false, true)]
    [InlineData(CommandStatus.Sent, true, true)]
    [InlineData(CommandStatus.Unknown, true, true)]
    public void What_was_not_sent_has_certainly_changed_nothing(CommandStatus status, bool whenLost, bool whenLate)
    {
        var lost = RedisError.Translate(new RedisConnectionException(ConnectionFailureType.SocketFailure, CommandFlags.None, "lost", null, status));
        Assert.Equal((StreamErrorCode.Unavailable, whenLost), (lost!.Code, lost.MayHaveTakenEffect));
        var late = RedisError.Translate(new RedisTimeoutException(CommandFlags.None, "late", status));
        Assert.Equal((StreamErrorCode.Unavailable, whenLate), (late!.Code, late.MayHaveTakenEffect));
    }

    [Theory]
    [InlineData("Timeout awaiting response (5004ms elapsed, timeout is 5000ms), command=XADD, next: XADD, inst: 0, qu: 0", "Timeout awaiting response (5004ms elapsed, timeout is 5000ms), command=XADD")]
    [InlineData("The message timed out in the backlog (5000ms), command=XADD, timeout: 5000, inst: 0", "The message timed out in the backlog (5000ms), command=XADD, timeout: 5000")]
    [InlineData("lost", "lost")]
    public void The_clients_figures_are_left_to_its_own_exception(string told, string expected)
    {
        var late = RedisError.Translate(new RedisTimeoutException(CommandFlags.None, told, CommandStatus.Sent));
        Assert.Equal((expected, told), (late!.Message, late.InnerException!.Message));
    }

    [Fact]
    public void What_is_none_of_the_clients_is_left_alone() => Assert.Null(RedisError.Translate(new InvalidOperationException()));
}
