using System.Buffers;
using StackExchange.Redis;

namespace WorkerStreams.Redis.Connections;

/// <summary>Why a connection is not there, in a few words. The client's own message is a page of figures.</summary>
internal static class Reason
{
    // What the figures begin with.
    private static readonly SearchValues<string> s_figures = SearchValues.Create([", next: ", ", inst: "], StringComparison.Ordinal);

    public static string Of(ConnectionFailureType type, Exception? error)
    {
        var cause = Innermost(error);
        return cause is null or RedisConnectionException ? $"{type}" : $"{type}, {Text(cause)}";
    }

    /// <summary>A message of the client's without its page of figures.</summary>
    public static string Short(string message)
    {
        var figures = message.AsSpan().IndexOfAny(s_figures);
        return figures < 0 ? message : message[..figures];
    }

    public static Exception? Innermost(Exception? error)
    {
        while (error?.InnerException is { } inner)
            error = inner;
        return error;
    }

    /// <summary>The message; of what a server has answered its own words alone.</summary>
    public static string Text(Exception error)
    {
        const string Label = "SimpleError: ";
        return error is RedisServerException && error.Message.StartsWith(Label, StringComparison.Ordinal) ? error.Message[Label.Length..] : error.Message;
    }
}
