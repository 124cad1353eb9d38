using System.Reflection;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Tests.Servers;

/// <summary>
/// A client that sends a command when the one before has been answered, and has something happen after an answer and before it is heard: what else comes between
/// two commands with luck alone.
/// </summary>
public class SteppedClient : DispatchProxy
{
    private object _client = null!;
    private Steps _steps = null!;

    /// <param name="client">What sends the commands.</param>
    /// <param name="afterwards">What happens after the answer to a command.</param>
    public static IConnectionMultiplexer Of(IConnectionMultiplexer client, Func<string, Task> afterwards) => Wrap(client, new(afterwards, new(1)));

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        object? Call() => targetMethod!.Invoke(_client, BindingFlags.DoNotWrapExceptions, null, args, null);

        if (targetMethod!.ReturnType == typeof(Task<RedisResult>))
            return StepAsync((string)args![0]!, () => (Task<RedisResult>)Call()!);
        if (targetMethod.ReturnType == typeof(Task<RespResult>))
            return StepAsync((string)args![0]!, () => (Task<RespResult>)Call()!);
        return Call() switch
        {
            IDatabase database => Wrap(database, _steps),
            IServer server => Wrap(server, _steps),
            var other => other,
        };
    }

    private static T Wrap<T>(T client, Steps steps)
        where T : class
    {
        var wrapped = Create<T, SteppedClient>();
        ((SteppedClient)(object)wrapped)._client = client;
        ((SteppedClient)(object)wrapped)._steps = steps;
        return wrapped;
    }

    private async Task<T> StepAsync<T>(string command, Func<Task<T>> send)
    {
        await _steps.Turn.WaitAsync();
        try
        {
            var reply = await send();
            await _steps.Afterwards(command);
            return reply;
        }
        finally
        {
            _steps.Turn.Release();
        }
    }

    private sealed record Steps(Func<string, Task> Afterwards, SemaphoreSlim Turn);
}
