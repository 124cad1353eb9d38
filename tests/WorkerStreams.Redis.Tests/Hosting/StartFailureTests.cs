using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Hosting;

/// <summary>A host that can't have its server does not start, and says what to do, but no password.</summary>
public sealed class StartFailureTests(RedisServer server)
{
    private const string Setting = "WorkerStreams:Redis:Configuration", Patient = "connectTimeout=30000,connectRetry=1", Quick = "connectTimeout=1000";

    [Fact]
    public async Task Where_nobody_listens()
    {
        var port = ServerProcess.FreePort();
        await FailsAsync($"127.0.0.1:{port}", Quick, $"ERR Redis at 127.0.0.1:{port} refuses the connection: nothing listens there. Start the server, or correct host and port. How to connect is set by {Setting}.");
    }

    [Fact]
    public Task An_unknown_host() =>
        FailsAsync("nowhere.invalid:6379", "", $"ERR Redis at nowhere.invalid:6379 is an unknown host. Correct the host's name. How to connect is set by {Setting}.");

    [Fact]
    public async Task No_password_and_a_wrong_one()
    {
        await using var locked = await ServerProcess.StartAsync("requirepass open-sesame");
        var name = $"127.0.0.1:{locked.Port}";
        await FailsAsync(name, "", $"ERR Redis at {name} asks for a password. Give user and password. How to connect is set by {Setting}.");
        await FailsAsync(name, "password=hush", $"ERR Redis at {name} refuses user and password. Correct them. How to connect is set by {Setting}.");
    }

    [Fact]
    public async Task A_user_who_may_not_connect()
    {
        server.Require();
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var (user, name) = ($"user-{Guid.NewGuid():N}", $"127.0.0.1:{server.Port}");
        await client.GetServers()[0].ExecuteAsync("ACL", "SETUSER", user, "on", ">hush", "-@all");
        var message = await MessageAsync(name, $"user={user},password=hush");
        Assert.Matches($@"^ERR Redis at {name} does not allow the user what is needed \(NOPERM .* '(echo|hello|ping)' .*\)\. Allow it, by ACL SETUSER at the server\. How to connect is set by {Setting}\.$", message);
    }

    [Fact]
    public async Task TLS_where_the_server_has_none()
    {
        server.Require();
        var name = $"127.0.0.1:{server.Port}";
        await FailsAsync(name, $"{Quick},ssl=true", $"ERR Redis at {name} does not answer by TLS. See that it runs; where it speaks no TLS, set ssl=false. How to connect is set by {Setting}.");
    }

    [Fact]
    public async Task A_user_who_may_connect_but_not_do_what_the_host_needs()
    {
        server.Require();
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration);
        var user = $"user-{Guid.NewGuid():N}";
        await client.GetServers()[0].ExecuteAsync("ACL", "SETUSER", user, "on", ">hush", "~orders*", "-@all", "+@stream", "-xclaim", "-xadd", "+evalsha", "+hello", "+auth", "+ping", "+echo");
        Assert.Equal(
            $"ERR The user {user} may not use XCLAIM on orders, nor XADD, EVALSHA, EVAL on {{orders}}:dead, nor XADD, XREAD on {{orders}}:handed-back, "
                + "nor HGET, HGETALL, HSET, HDEL, TIME, EVALSHA on {orders}:holders, nor XADD, EVALSHA, EVAL, XTRIM on others. "
                + $"Allow it at the server: ACL SETUSER {user} +xclaim +xadd ~{{orders}}:dead +eval ~{{orders}}:handed-back +hget +hgetall +hset +hdel +time ~{{orders}}:holders ~others",
            await MessageAsync($"127.0.0.1:{server.Port}", $"user={user},password=hush", consumes: true));
        await client.GetServers()[0].ExecuteAsync("ACL", "SETUSER", user, "+xclaim", "+xadd", "~{orders}:dead", "+eval", "~{orders}:handed-back", "+hget", "+hgetall", "+hset", "+hdel", "+time", "~{orders}:holders", "~others");
        using var host = Build($"127.0.0.1:{server.Port}", $"user={user},password=hush", consumes: true);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_user_who_may_not_wait_for_replicas()
    {
        await using var locked = await ServerProcess.StartAsync("user app on >hush ~* -@all +@stream +eval +evalsha +hget +hgetall +hset +hdel +time +hello +auth +ping +echo");
        var message = await MessageAsync($"127.0.0.1:{locked.Port}", "user=app,password=hush", replicas: 1);
        Assert.Equal("ERR The user app may not use WAIT, CLIENT on others. Allow it at the server: ACL SETUSER app +wait +client", message);
    }

    [Fact]
    public async Task TLS_by_a_certificate_that_is_not_trusted_and_none_where_it_is_needed()
    {
        await using var secret = await TlsServer.StartAsync();
        var message = await MessageAsync($"127.0.0.1:{secret.TlsPort}", "ssl=true");
        Assert.Matches($@"^ERR Redis at 127.0.0.1:{secret.TlsPort} can't be reached by TLS: The remote certificate .*\. Have this machine trust who issued the certificate, or correct sslHost\. How", message);
        await FailsAsync(
            $"127.0.0.1:{secret.TlsPort}", "", $"ERR Redis at 127.0.0.1:{secret.TlsPort} closes the connection without an answer. Where it speaks TLS, set ssl=true. How to connect is set by {Setting}.");
    }

    private static async Task FailsAsync(string server, string further, string expected) => Assert.Equal(expected, await MessageAsync(server, further));

    private static async Task<string> MessageAsync(string server, string further, bool consumes = false, int replicas = 0)
    {
        using var host = Build(server, further, consumes, replicas);
        var thrown = await Assert.ThrowsAsync<StreamEngineException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Equal((StreamErrorCode.Unavailable, false), (thrown.Code, thrown.MayHaveTakenEffect));
        Assert.DoesNotContain("hush", thrown.ToString(), StringComparison.Ordinal);
        return thrown.Message;
    }

    private static IHost Build(string server, string further, bool consumes, int replicas = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("WorkerStreams:Redis:Configuration", $"{server},{Patient},{further}")]);
        builder.Services.AddWorkerStreams().UseRedis(redis => redis.WaitForReplicas = replicas);
        builder.Services.AddStreamProducer<string>("others", producer => producer.KeepForever = true);
        if (consumes)
            builder.Services.AddStreamConsumer<string, NoHandler>("orders", "billing");
        return builder.Build();
    }

    public sealed class NoHandler : IStreamHandler<string>
    {
        public ValueTask HandleAsync(string message, StreamContext context, CancellationToken cancellation) => default;
    }
}
