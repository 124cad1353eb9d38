using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using WorkerStreams.Engine;
using WorkerStreams.Redis.Configuration;
using WorkerStreams.Redis.Tests.Servers;

namespace WorkerStreams.Redis.Tests.Hosting;

/// <summary>The section <c>WorkerStreams:Redis</c>.</summary>
public sealed class SettingsTests(RedisServer server)
{
    private const string Allowed = "Allowed: a connection string of StackExchange.Redis such as localhost:6379,user=app,ssl=true.";

    private static readonly (string, string?)[] None = [];

    [Fact]
    public async Task Configuration_says_where_the_server_is()
    {
        server.Require();
        Assert.Equal(0, await LengthAsync(builder => builder.UseRedis(), ("Configuration", server.Configuration.ToString())));
    }

    [Fact]
    public async Task Configuration_wins_over_code()
    {
        server.Require();
        var length = await LengthAsync(
            builder => builder.UseRedis("127.0.0.1:1", options => options.MaxBlockingConnections = 0),
            ("Configuration", server.Configuration.ToString()),
            ("MaxBlockingConnections", "1000"));
        Assert.Equal(0, length);
    }

    [Fact]
    public void All_errors_come_at_once() =>
        Assert.Equal(
            [
                "WorkerStreams:Redis:Configuration is '***': its part 2 of 3, as parted by commas, can't be read (conectTimeout). " + Allowed,
                "WorkerStreams:Redis:MaxBlockingConnection is '***', but there is no such setting. Did you mean 'MaxBlockingConnections'? Allowed: Configuration, MaxBlockingConnections, WaitForReplicas, ReplicaTimeout.",
                "UseRedis: MaxBlockingConnections is '1001'. Allowed: a whole number from 1 to 1000.",
            ],
            Errors(
                builder => builder.UseRedis(options => options.MaxBlockingConnections = 1001),
                ("Configuration", "localhost,conectTimeout=1,password=hush"),
                ("MaxBlockingConnection", "3")));

    [Fact]
    public void Without_a_connection_string_that_is_told() =>
        Assert.Equal(["UseRedis: Configuration is '': there is none, neither in configuration nor as an argument of UseRedis. " + Allowed], Errors(builder => builder.UseRedis(), None));

    [Fact]
    public void There_are_not_two_ways_to_connect() =>
        Assert.Equal(
            ["WorkerStreams:Redis:Configuration is '***': UseRedis is given the client's settings, or a connection, in code, and there can't be both. " + Allowed],
            Errors(builder => builder.UseRedis(new ConfigurationOptions()), ("Configuration", "localhost:6379")));

    [Theory]
    [InlineData("localhost", null)]
    [InlineData("one:6379,two:6379,user=app,password=a=b,ssl=true,", null)]
    [InlineData("localhost,password=a://b", null)]
    [InlineData("redis://localhost:6379", "it is a URL; allowed are host:port and options, parted by commas")]
    [InlineData("password=hush", "it names no server")]
    [InlineData("localhost,sssl=true", "its part 2 of 2, as parted by commas, can't be read (sssl)")]
    [InlineData("localhost,ssl=perhaps", "its part 2 of 2, as parted by commas, can't be read (ssl)")]
    [InlineData("localhost,password=hu,sh=1", "its part 3 of 3, as parted by commas, can't be read")]
    public void What_is_wrong_with_a_connection_string(string text, string? fault) => Assert.Equal(fault, ConnectionText.FaultOf(text));

    private static async Task<long> LengthAsync(Action<WorkerStreamsBuilder> use, params (string, string?)[] settings)
    {
        using var host = Build(use, settings);
        return await host.Services.GetRequiredService<IStreamEngine>().GetLengthAsync($"{Guid.NewGuid():N}");
    }

    private static IReadOnlyList<string> Errors(Action<WorkerStreamsBuilder> use, params (string, string?)[] settings)
    {
        using var host = Build(use, settings);
        return Assert.Throws<WorkerStreamsConfigurationException>(host.Services.GetRequiredService<IStreamEngine>).Errors;
    }

    private static IHost Build(Action<WorkerStreamsBuilder> use, (string Name, string? Text)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => $"WorkerStreams:Redis:{setting.Name}", setting => setting.Text));
        use(builder.Services.AddWorkerStreams());
        return builder.Build();
    }
}
