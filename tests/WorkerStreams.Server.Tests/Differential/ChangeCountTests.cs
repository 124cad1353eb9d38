using WorkerStreams.Server.Tests.Wire;

namespace WorkerStreams.Server.Tests.Differential;

/// <summary>INFO counts the changes of streams as a redis-server counts them.</summary>
public sealed class ChangeCountTests
{
    // By Redis 8.6.3.
    private const string OfAll = "66";

    [Fact]
    public async Task Each_command_counts_as_it_does_for_the_server()
    {
        await using var servers = await Servers.StartAsync();
        List<string> differences = [];
        var last = "";
        foreach (var line in Lines.Split('\n'))
        {
            if (await servers.CompareAsync(line, RespClient.Encode(CommandLine.Split(line))) is { } difference)
                differences.Add(difference);
            var (ours, theirs) = await servers.InfoAsync("persistence", "rdb_changes_since_last_save");
            if (ours != theirs)
                differences.Add($"After {line}\nthe listener counts   {ours}\nand the server counts {theirs}");
            last = ours;
        }
        Assert.Equal(OfAll, last);
        // Those before know not all of the commands, and count consumers otherwise.
        Assert.True(differences.Count == 0 || servers.Version < new Version(8, 6, 2), string.Join('\n', differences));
    }

    private const string Lines = """
        XADD s 1-0 a 1
        XADD s NOMKSTREAM 2-0 a 1
        XADD no NOMKSTREAM 2-0 a 1
        XADD s 1-0 a 1
        XADD s MAXLEN 3 3-0 a 1
        XADD s MAXLEN 3 4-0 a 1
        XADD s 5-0 a 1
        XADD s 6-0 a 1
        XADD s 7-0 a 1
        XADD s 8-0 a 1
        XADD s 9-0 a 1
        XGROUP CREATE s g 0
        XGROUP CREATE s g 0
        XGROUP CREATE t g 0 MKSTREAM
        XGROUP SETID s g 0
        XGROUP CREATECONSUMER s g a
        XGROUP CREATECONSUMER s g a
        XREADGROUP GROUP g a COUNT 2 STREAMS s >
        XREADGROUP GROUP g b COUNT 1 STREAMS s t > >
        XREADGROUP GROUP g b NOACK COUNT 1 STREAMS s >
        XREADGROUP GROUP g a STREAMS s 0
        XREADGROUP GROUP g c STREAMS s 0
        XREADGROUP GROUP g a STREAMS t >
        XREADGROUP GROUP g a COUNT 3 STREAMS s >
        XACK s g 2-0 3-0 4-0
        XACK s g 2-0 3-0 4-0
        XCLAIM s g b 0 5-0 6-0 1-0
        XCLAIM s g d 0 1-0
        XCLAIM s g b 0 1-0 LASTID 9-0
        XCLAIM s g b 0 5-0 LASTID 10-0
        XCLAIM s g b 0 9-0 FORCE
        XDEL s 5-0 1-0
        XCLAIM s g a 0 5-0
        XDEL s 6-0
        XAUTOCLAIM s g a 0 0
        XAUTOCLAIM s g e 1000000 0
        XTRIM s MAXLEN 1
        XTRIM s MAXLEN 1
        XSETID s 20-0
        XGROUP DELCONSUMER s g a
        XGROUP DELCONSUMER s g a
        XGROUP DESTROY s g
        XGROUP DESTROY s g
        DEL s
        XADD s 1-0 a 1
        XADD s 2-0 a 1
        XADD s 3-0 a 1
        XADD s 4-0 a 1
        XGROUP CREATE s g 0
        XREADGROUP GROUP g a COUNT 3 STREAMS s >
        XREADGROUP GROUP g a CLAIM 1000000 STREAMS s t > >
        XREADGROUP GROUP g b CLAIM 1000000 STREAMS s >
        XDELEX s DELREF IDS 2 1-0 9-0
        XACKDEL s g KEEPREF IDS 2 2-0 9-0
        XADD s 5000000000000-0 a 1
        XADD s IDMP p 1 * a 1
        XADD s IDMP p 1 * a 1
        XCFGSET s IDMP-MAXSIZE 50
        XCFGSET s IDMP-MAXSIZE 50
        XIDMPRECORD s p 2 5000000000000-0
        XIDMPRECORD s p 2 5000000000000-0
        XADD u 1-0 a 1
        RENAME u v
        COPY v w
        DEL v w
        DEL v w
        XLEN s
        """;
}
