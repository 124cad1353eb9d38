using System.Text;

namespace WorkerStreams.Server.Tests.Wire;

/// <summary>What is no reply is noticed.</summary>
public sealed class RepliesTests
{
    [Theory]
    [InlineData("+OK\r\n-ERR x\r\n:-5\r\n$0\r\n\r\n$-1\r\n*-1\r\n_\r\n*0\r\n", 8)]
    [InlineData("*2\r\n*1\r\n:1\r\n%1\r\n$1\r\na\r\n~1\r\n=5\r\ntxt:b\r\n+PONG\r\n", 2)]
    public void Replies_are_counted(string replies, int count) => Assert.Equal(count, Replies.Count(Encoding.Latin1.GetBytes(replies)));

    [Theory]
    [InlineData("OK\r\n")]
    [InlineData("\r\n")]
    [InlineData("+a\nb\r\n")]
    [InlineData("$1\r\nab\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("*x\r\n")]
    [InlineData(":\r\n")]
    public void Others_are_refused(string replies)
    {
        var bytes = Encoding.Latin1.GetBytes(replies);
        Assert.Throws<FormatException>(() => Replies.Count(bytes));
        Assert.Throws<FormatException>(() => Replies.Count(bytes, mayEndWithin: true));
    }

    [Theory]
    [InlineData("+OK\r\n+O")]
    [InlineData("+OK\r\n$5\r\nab")]
    [InlineData("+OK\r\n*2\r\n:1\r\n")]
    public void One_that_is_cut_off_is_refused_unless_it_may_be(string replies)
    {
        var bytes = Encoding.Latin1.GetBytes(replies);
        Assert.Throws<FormatException>(() => Replies.Count(bytes));
        Assert.Equal(1, Replies.Count(bytes, mayEndWithin: true));
    }
}
