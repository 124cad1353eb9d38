using WorkerStreams.Engine;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>A stream that comes and goes while commands with bad ids look for its group is there or is not, and nothing between.</summary>
public sealed class VanishingStreamTests
{
    [Theory]
    [InlineData("XACK s g bad", ":0")]
    [InlineData("XCLAIM s g c 0 1-0 WHAT", "-NOGROUP")]
    [InlineData("XREADGROUP GROUP g c STREAMS s bad", "-NOGROUP")]
    [InlineData("XGROUP SETID s g bad", "-ERR The XGROUP subcommand requires the key to exist.")]
    public async Task Its_group_is_looked_for_in_one_step(string line, string answerWithout)
    {
        const int Commands = 15_000, AtOnce = 1000;
        await using var host = await ListenerHost.StartAsync();
        using var client = await host.ConnectAsync();
        using var ended = new CancellationTokenSource();
        var others = new Thread(() => ComeAndGo(host.Engine, () => ended.IsCancellationRequested)) { IsBackground = true };
        others.Start();
        HashSet<string> answers = [];
        try
        {
            // The other thread may be kept from the processor: until both were seen.
            var patience = ListenerHost.Patience;
            for (var sent = 0; sent < Commands || answers.Count < 2; sent += AtOnce)
            {
                patience.ThrowIfCancellationRequested();
                await client.SendAsync(string.Concat(Enumerable.Repeat(line + "\r\n", AtOnce)));
                for (var i = 0; i < AtOnce; i++)
                    answers.Add(await client.ReadReplyAsync());
            }
        }
        finally
        {
            await ended.CancelAsync();
            others.Join();
        }
        Assert.All(answers, answer => Assert.Matches($"^({answerWithout}|-ERR Invalid stream ID|-ERR Unrecognized XCLAIM option)", answer));
        Assert.Equal(2, answers.Count);
    }

    private static void ComeAndGo(InProcessStreamEngine engine, Func<bool> isEnded)
    {
        while (!isEnded())
        {
            engine.CreateGroupAsync("s", "g", GroupPosition.End, createStream: true).AsTask().Wait();
            engine.DeleteStreamAsync("s").AsTask().Wait();
        }
    }
}
