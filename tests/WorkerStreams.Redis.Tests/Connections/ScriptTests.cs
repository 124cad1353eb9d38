using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Scripts;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Connections;

/// <summary>What scripts do on servers that are newer than those at hand.</summary>
public sealed class ScriptTests(RedisServer server) : EngineTest(server)
{
    // Has XPENDING tell of entries as Redis 8.8 does once they were handed back: they have no owner, and the idle time -1, and no consumer has them.
    private const string HandedBack = """
        local server = redis
        local function ask(call, command, ...)
            local rows = call(command, ...)
            if command ~= 'XPENDING' or rows.err then
                return rows
            end
            for _, row in ipairs(select('#', ...) == 6 and {} or rows) do
                row[2], row[3] = '', -1
            end
            return select('#', ...) == 6 and {} or rows
        end
        local redis = {
            call = function(...) return ask(server.call, ...) end,
            pcall = function(...) return ask(server.pcall, ...) end,
        }

        """;

    [Theory]
    [InlineData(false, "0", 1)]
    [InlineData(true, "1", 0)]
    public async Task What_was_handed_back_is_not_an_owners_whose_name_is_empty(bool isHandedBack, string outcome, int claimed)
    {
        using var engine = RedisStreamEngine.Connect(Configuration);
        await engine.AppendAsync(Stream, Entry("1-0"));
        await engine.CreateGroupAsync(Stream, Group, GroupPosition.Beginning);
        (await engine.ReadGroupAsync(new() { Group = Group, Consumer = "", Streams = [new(Stream, ReadPosition.Undelivered)] })).Dispose();

        Assert.Equal(outcome, (string?)await RunAsync(Script.Settle, isHandedBack, Group.ToString(), "", "", "1-0", "1-0", "1", "RENEW", "1-0"));
        Assert.Equal(claimed, (await RunAsync(Script.Claim, isHandedBack, Group.ToString(), "", "", "0", "1-0", "1", ""))[0].Length);
    }

    private Task<RedisResult> RunAsync(Script script, bool isHandedBack, params object[] arguments) =>
        Client.ExecuteAsync("EVAL", [(isHandedBack ? HandedBack : "") + script.Text, 1, (RedisKey)Stream.ToString(), .. arguments]);
}
