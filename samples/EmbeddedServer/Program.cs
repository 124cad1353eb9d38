using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerStreams.Server;

var port = new Option<int>("--port") { Description = "the port to listen on; 0 is any that is free", DefaultValueFactory = static _ => 6379 };
var data = new Option<string?>("--data") { Description = "the folder that keeps the streams; without it they are in memory" };
var command = new RootCommand("Streams in this process, for any client that speaks the protocol of Redis.") { port, data };
command.SetAction((arguments, cancellation) => ServeAsync(arguments.GetValue(port), arguments.GetValue(data), cancellation));
return await command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });

static async Task<int> ServeAsync(int port, string? data, CancellationToken cancellation)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.AddWorkerStreams().UseInProcess(engine => engine with { DataDirectory = data });
    builder.Services.AddRespListener(listener => listener.Port = port);
    using var host = builder.Build();
    try
    {
        await host.StartAsync(cancellation);
    }
    catch (Exception refusal) when (refusal is IOException or ArgumentException)
    {
        await Console.Error.WriteLineAsync(refusal.Message);
        return 1;
    }
    Console.WriteLine($"listening on {host.Services.GetRequiredService<RespListener>().EndPoint}; Ctrl-C ends");
    await host.WaitForShutdownAsync(cancellation);
    return 0;
}
