using System.Globalization;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Fuzzing;

/// <summary>As <see cref="FuzzTests"/>, without sockets, so that millions of streams can be given: <c>WORKERSTREAMS_FUZZ=10000000</c>, and other ones by <c>WORKERSTREAMS_FUZZ_SEED</c>.</summary>
[Collection(nameof(FuzzCollection))]
public sealed class MemoryFuzzTests
{
    private const int StreamsOfServer = 200, LongestPiece = 5000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Each_stream_is_answered_with_replies_and_nothing_else_and_the_server_goes_on()
    {
        var (streams, seed) = (Given("WORKERSTREAMS_FUZZ", 100_000), Given("WORKERSTREAMS_FUZZ_SEED", 1));
        var servers = Enumerable.Range(0, (streams + StreamsOfServer - 1) / StreamsOfServer);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var replies = 0L;

        await Parallel.ForEachAsync(servers, async (number, _) => Interlocked.Add(ref replies, await FuzzAsync((1_000_003L * seed) + number)));

        Assert.InRange(replies, 2L * streams, long.MaxValue);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
    }

    // Each server's streams follow from its number alone.
    private static async Task<long> FuzzAsync(long number)
    {
        var (random, replies) = (new Random((int)(number % int.MaxValue)), 0L);
        using var server = new MemoryServer(new() { MaxRequestBytes = 1 << 20 });
        for (var i = 0; i < StreamsOfServer; i++)
        {
            var stream = new HostileStream(new(random.Next())).Make();
            try
            {
                replies += Replies.Count(await server.GiveAsync(Cut(stream, random)).WaitAsync(Patience, TimeProvider.System));
                Assert.Equal("+PONG\r\n"u8.ToArray(), await server.GiveAsync(["PING\r\n"u8.ToArray()]).WaitAsync(Patience, TimeProvider.System));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"The {i}. stream of the server {number}: {Convert.ToBase64String(stream)}", failure);
            }
        }
        return replies;
    }

    private static List<ReadOnlyMemory<byte>> Cut(byte[] stream, Random random)
    {
        List<ReadOnlyMemory<byte>> pieces = [];
        for (var sent = 0; sent < stream.Length; sent += pieces[^1].Length)
            pieces.Add(stream.AsMemory(sent, Math.Min(random.Next(1, LongestPiece), stream.Length - sent)));
        return pieces;
    }

    private static int Given(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
