using System.Text;
using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Tests.Fuzzing;

namespace WorkerStreams.Server.Tests.Protocol;

/// <summary>What a reader holds, by the memory of the whole process.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class RequestReaderMemoryTests
{
    [Fact]
    public void After_a_large_command_nothing_large_is_held()
    {
        using var reader = new RequestReader(new(1 << 30));
        reader.Append(new(Encoding.ASCII.GetBytes("*1000000\r\n" + string.Concat(Enumerable.Repeat("$0\r\n\r\n", 1_000_000)))));
        Assert.Equal(ReadStatus.Complete, reader.Read(isStranger: false));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        reader.Release();

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, -5_000_000);
    }
}
