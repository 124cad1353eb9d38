using WorkerStreams.Server.Protocol;
using WorkerStreams.Server.Sessions;

namespace WorkerStreams.Server.Commands;

/// <summary>Which connections CLIENT LIST and CLIENT KILL are about.</summary>
internal sealed class ClientFilter
{
    private HashSet<long>? _ids;
    private string? _address, _localAddress, _user;
    private long _leastAge;
    private bool _isNone;
    private Session? _skipped;

    /// <exception cref="CommandException">It is no good.</exception>
    public static ClientFilter ParseList(Request request)
    {
        var filter = new ClientFilter();
        if (request.Count == 2)
            return filter;
        if (request.Count == 4 && request.Is(2, "TYPE"u8))
        {
            filter._isNone = !IsNormal(request, 3);
            return filter;
        }
        if (request.Count == 3 || !request.Is(2, "ID"u8))
            throw CommandException.Syntax();
        filter._ids = [.. Enumerable.Range(3, request.Count - 3).Select(index => request.Number(index, "Invalid client ID"))];
        return filter;
    }

    /// <param name="session">Who asks.</param>
    /// <param name="request">The words.</param>
    /// <param name="isOldForm">Whether an address is all that it tells.</param>
    /// <exception cref="CommandException">It is no good.</exception>
    public static ClientFilter ParseKill(Session session, Request request, out bool isOldForm)
    {
        isOldForm = request.Count == 3;
        if (isOldForm)
            return new() { _address = CommandException.RepeatOption(request[2]) };
        var filter = new ClientFilter { _skipped = session };
        for (var i = 2; i < request.Count; i += 2)
        {
            if (i + 1 == request.Count)
                throw CommandException.Syntax();
            filter.ParseOption(session, request, i);
        }
        return filter;
    }

    public bool Matches(Session session) =>
        !_isNone && session != _skipped && session.Age >= _leastAge
        && _ids?.Contains(session.Id) != false
        && (_user is null || _user == session.User)
        && (_address is null || _address == $"{session.RemoteAddress}")
        && (_localAddress is null || _localAddress == $"{session.LocalAddress}");

    private void ParseOption(Session session, Request request, int index)
    {
        if (request.Is(index, "ID"u8))
            _ids = [request.Number(index + 1, "client-id should be greater than 0") is > 0 and var id ? id : throw new CommandException("ERR client-id should be greater than 0")];
        else if (request.Is(index, "ADDR"u8))
            _address = CommandException.RepeatOption(request[index + 1]);
        else if (request.Is(index, "LADDR"u8))
            _localAddress = CommandException.RepeatOption(request[index + 1]);
        else if (request.Is(index, "TYPE"u8))
            _isNone |= !IsNormal(request, index + 1);
        else if (request.Is(index, "USER"u8))
            _user = CheckUser(CommandException.RepeatOption(request[index + 1]));
        else if (request.Is(index, "MAXAGE"u8))
            _leastAge = request.Number(index + 1, "maxage is not an integer or out of range") is > 0 and var age ? age : throw new CommandException("ERR maxage should be greater than 0");
        else if (request.Is(index, "SKIPME"u8) && request.Is(index + 1, "YES"u8))
            _skipped = session;
        else if (request.Is(index, "SKIPME"u8) && request.Is(index + 1, "NO"u8))
            _skipped = null;
        else
            throw CommandException.Syntax();
    }

    private static string CheckUser(string user) =>
        user is Session.DefaultUser or Session.ReadOnlyUser ? user : throw new CommandException($"ERR No such user '{user}'");

    private static bool IsNormal(Request request, int index) =>
        request.Is(index, "NORMAL"u8)
        || (request.Is(index, "MASTER"u8) || request.Is(index, "REPLICA"u8) || request.Is(index, "SLAVE"u8) || request.Is(index, "PUBSUB"u8)
            ? false
            : throw new CommandException($"ERR Unknown client type '{CommandException.RepeatOption(request[index])}'"));
}
