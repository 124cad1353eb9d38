using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;
using WorkerStreams.Engine;

namespace WorkerStreams.Redis.Connections;

/// <summary>Says why there is no connection at the start, and what to do.</summary>
internal static class StartFailure
{
    /// <param name="configuration">How to connect.</param>
    /// <param name="errors">What the client has thrown and logged.</param>
    /// <param name="origin">Where it is said how to connect.</param>
    public static StreamEngineException Explain(ConfigurationOptions configuration, IReadOnlyList<Exception> errors, string origin)
    {
        var (what, remedy) = Explain(configuration, [.. errors.Select(error => Reason.Innermost(error)!)]);
        return new(
            StreamErrorCode.Unavailable,
            $"ERR Redis at {string.Join(", ", configuration.EndPoints.Select(ConnectionWatch.Name))} {what}. {remedy} How to connect is set by {origin}.",
            innerException: errors[0]);
    }

    // What tells most comes first.
    private static (string What, string Remedy) Explain(ConfigurationOptions configuration, IReadOnlyList<Exception> causes)
    {
        if (causes.OfType<RedisServerException>().FirstOrDefault() is { } refused)
            return ExplainRefusal(Reason.Text(refused));
        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } untrusted)
            return ($"can't be reached by TLS: {untrusted.Message.TrimEnd('.')}", "Have this machine trust who issued the certificate, or correct sslHost.");
        var socket = causes.OfType<SocketException>().Select(static error => (SocketError?)error.SocketErrorCode).ToList();
        if (socket.Find(static code => code is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain) is not null)
            return ("is an unknown host", "Correct the host's name.");
        if (socket.Contains(SocketError.ConnectionRefused))
            return ("refuses the connection: nothing listens there", "Start the server, or correct host and port.");
        // What goes wrong where TLS is spoken to a server that speaks none has many names.
        if (configuration.Ssl)
            return ("does not answer by TLS", "See that it runs; where it speaks no TLS, set ssl=false.");
        if (causes[0].Message is var told && !told.StartsWith("It was not possible to connect", StringComparison.Ordinal))
            return ($"can't be used: {told.TrimEnd('.')}", "See that it runs.");
        return socket.Contains(SocketError.ConnectionReset) ? ("closes the connection without an answer", "Where it speaks TLS, set ssl=true.")
            : ($"does not answer within {configuration.ConnectTimeout} ms", "See that it runs and can be reached.");
    }

    private static (string What, string Remedy) ExplainRefusal(string text) => text.Split(' ')[0] switch
    {
        "NOAUTH" => ("asks for a password", "Give user and password."),
        "WRONGPASS" => ("refuses user and password", "Correct them."),
        "NOPERM" => ($"does not allow the user what is needed ({text})", "Allow it, by ACL SETUSER at the server."),
        _ => ($"answers: {text.TrimEnd('.')}", "See that it runs."),
    };
}
