using System.Net;
using System.Net.Sockets;

namespace WorkerStreams.Samples.Tests;

public sealed class EmbeddedServerTests
{
    [Fact]
    public async Task It_prints_one_line_serves_and_ends_on_SIGTERM()
    {
        using var sample = SampleProcess.Start("EmbeddedServer", "--port", "0");
        var port = await PortAsync(sample);

        Assert.Equal("+PONG", await AskAsync(port, "PING"));
        sample.Terminate();
        var result = await sample.WaitForExitAsync();

        Assert.Equal(0, result.Status);
        Assert.Single(result.Output);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task With_a_folder_its_streams_are_there_when_it_is_started_again()
    {
        var folder = Directory.CreateTempSubdirectory("worker-streams-").FullName;
        try
        {
            Assert.Equal("$3", await ServeAsync(folder, "XADD s 1-0 a 1"));
            Assert.Equal(":1", await ServeAsync(folder, "XLEN s"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var result = await SampleProcess.RunAsync("EmbeddedServer", "--port", $"{port}");

        Assert.Equal(1, result.Status);
        Assert.Contains($"{port}", result.Errors, StringComparison.Ordinal);
    }

    private static async Task<string> ServeAsync(string folder, string command)
    {
        using var sample = SampleProcess.Start("EmbeddedServer", "--port", "0", "--data", folder);
        var reply = await AskAsync(await PortAsync(sample), command);
        sample.Terminate();
        Assert.Equal(0, (await sample.WaitForExitAsync()).Status);
        return reply;
    }

    private static async Task<int> PortAsync(SampleProcess sample) =>
        IPEndPoint.Parse((await sample.ReadLineAsync("listening on ")).Split(' ')[2].TrimEnd(';')).Port;

    // The first line of the reply.
    private static async Task<string> AskAsync(int port, string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(client.GetStream());
        return (await reader.ReadLineAsync())!;
    }
}
