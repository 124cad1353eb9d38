using Microsoft.Extensions.Time.Testing;
using WorkerStreams.Engine;
using WorkerStreams.Server.Keys;
using WorkerStreams.Server.Sessions;
using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Sessions;

/// <summary>What becomes of keys, and of clients, where the engine refuses.</summary>
public sealed class FailingEngineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("worker-streams-").FullName;

    [Fact]
    public async Task Who_comes_when_a_key_is_due_that_cannot_be_removed_is_answered()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        using var engine = new InProcessStreamEngine(new() { DataDirectory = _folder, TimeProvider = time });
        var names = Enumerable.Range(0, 200).Select(static i => $"s{i}").ToList();
        foreach (var name in names)
            await engine.AppendAsync(name, new(EntryFields.Of(("a", "1"))));
        using var server = new RespServer(engine, new(), time);
        using var client = new PipeClient();
        var serving = server.ServeAsync(client.Connection);
        await client.SendAsync("SET k x PX 1000\r\n");
        Assert.Equal("+OK\r\n", await client.ReadAsync(5));
        names.ForEach(name => server.Keys.SetExpiry(name, server.Keys.Now + 1000));
        engine.Dispose();

        time.Advance(TimeSpan.FromMilliseconds(2000));
        await client.SendAsync("INCR n\r\nGET k\r\nINCR n\r\n");

        Assert.Equal(":1\r\n$-1\r\n:2\r\n", await client.ReadAsync(13));
        client.EndSending();
        await serving.WaitAsync(ListenerHost.Patience);
    }

    [Fact]
    public async Task SWAPDB_that_fails_leaves_all_keys_where_they_were()
    {
        using var engine = new InProcessStreamEngine(new() { MaxMemory = 1 << 20 });
        var keys = new KeySpace(engine, TimeProvider.System, 1000);
        var large = Database.NameOf(1, "large"u8);
        await keys.PutAsync("text", new TextValue([1]));
        await engine.AppendAsync("s", new(EntryFields.Of(("a", "1"))));
        keys.SetExpiry("s", keys.Now + 100_000);
        for (var i = 0; i < 7; i++)
            await engine.AppendAsync(large, new(EntryFields.Of(("a", new string('x', 100_000)))));
        StreamName[] before = ["s", "text", large];

        var refusal = await Assert.ThrowsAsync<StreamEngineException>(() => keys.SwapAsync(0, 1).AsTask());

        Assert.Equal(StreamErrorCode.OutOfMemory, refusal.Code);
        Assert.Equal(before.Order(), engine.GetKeys().Append("text").Order());
        Assert.IsType<TextValue>(keys.Find("text"));
        Assert.NotNull(keys.ExpiryOf("s"));
        Assert.Null(keys.Find(Database.NameOf(Database.Count, "text"u8)));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
