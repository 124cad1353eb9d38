using System.Buffers;
using System.Text;
using WorkerStreams.Engine;
using WorkerStreams.Server.Protocol;

namespace WorkerStreams.Server.Tests.Protocol;

public sealed class ReplyWriterTests
{
    private const string All = "+OK|+PONG|-ERR a  b|:-9223372036854775808|$3|a\0b|$0||$2|-5|$41|18446744073709551615-18446744073709551615|*2|";

    [Fact]
    public void RESP2_has_null_strings_and_null_arrays_and_maps_as_arrays() =>
        Assert.Equal(All + "*4|$2|hi|$-1|*-1|", Write(2));

    [Fact]
    public void RESP3_has_one_null_and_maps_and_texts_for_people() =>
        Assert.Equal(All + "%2|=6|txt:hi|_|_|", Write(3));

    private static string Write(int version)
    {
        var output = new ArrayBufferWriter<byte>();
        var reply = new ReplyWriter(output) { Version = version };
        reply.Ok();
        reply.Simple("PONG"u8);
        reply.Error("ERR a\r\nb\r\n"u8);
        reply.Number(long.MinValue);
        reply.Bulk("a\0b"u8);
        reply.Bulk("");
        reply.BulkNumber(-5);
        reply.Id(StreamEntryId.MaxValue);
        reply.Array(2);
        reply.Map(2);
        reply.Verbatim("hi");
        reply.Null();
        reply.NullArray();
        Assert.Equal(output.WrittenCount, reply.Written);
        return Encoding.Latin1.GetString(output.WrittenSpan).Replace("\r\n", "|", StringComparison.Ordinal);
    }
}
