using WorkerStreams.Engine;
using WorkerStreams.Server.Commands;

namespace WorkerStreams.Server.Keys;

/// <summary>
/// All keys: the engine's streams, and beside them a small store in memory for values of other types, so that clients and tools find what they need besides streams. Names are those of the
/// engine, with their databases. What changes it is called by one command at a time; who only looks may be many.
/// </summary>
internal sealed class KeySpace(InProcessStreamEngine engine, TimeProvider time, long maxBytes)
{
    // In milliseconds.
    private const long RetryAfter = 1000;

    private readonly Dictionary<StreamName, Value> _values = [];
    private readonly Expiries _expiries = new();
    private readonly ListWaits _waits = new();
    private readonly Watches _watches = new();
    private long _bytes;
    private long _changes;

    public InProcessStreamEngine Engine { get; } = engine;

    /// <summary>How often anything has changed: streams as Redis counts it, other values and expiries about so.</summary>
    public long CountChanges() => Engine.CountChanges() + Volatile.Read(ref _changes);

    /// <summary>Lists for which clients wait.</summary>
    public ListWaits Waits => _waits;

    /// <summary>The memory that values take that are no streams, with their names, in bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The time, in milliseconds since 1970-01-01 UTC.</summary>
    public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>When the next key goes, or never.</summary>
    public long NextExpiry => _expiries.Next;

    /// <summary>Whether a key is to go.</summary>
    public bool HasDue => _expiries.Next is not long.MaxValue and var next && next <= Now;

    /// <summary>Whether there is any value that is no stream.</summary>
    public bool HasValues => _values.Count > 0;

    /// <exception cref="CommandException">There is a value that is no stream.</exception>
    public void CheckStream(StreamName key)
    {
        if (_values.ContainsKey(key))
            throw CommandException.WrongType();
    }

    /// <summary>The value, or null where there is no such key, or a stream.</summary>
    public Value? Find(StreamName key) => _values.GetValueOrDefault(key);

    /// <summary>The value of this type, or null where there is no such key.</summary>
    /// <exception cref="CommandException">There is one of another type.</exception>
    public TValue? Get<TValue>(StreamName key)
        where TValue : Value
    {
        if (_values.TryGetValue(key, out var value))
            return value as TValue ?? throw CommandException.WrongType();
        return Engine.GetStamp(key) is null ? null : throw CommandException.WrongType();
    }

    /// <summary>As TYPE tells it, or null where there is no such key.</summary>
    public string? TypeOf(StreamName key) => Find(key)?.Type ?? (Engine.GetStamp(key) is null ? null : "stream");

    public bool Exists(StreamName key) => _values.ContainsKey(key) || Engine.GetStamp(key) is not null;

    /// <summary>Tells later whether what is under a name has changed. By any number of callers at once.</summary>
    public Watch Watch(StreamName key) => _watches.Add(Engine.Watch(key));

    /// <summary>The keys of a database, in no order.</summary>
    public IEnumerable<StreamName> KeysOf(int database) => Engine.GetKeys().Concat(_values.Keys).Where(key => Database.Of(key) == database);

    /// <summary>As <see cref="KeysOf"/>, once all that it tells is as durable as is promised.</summary>
    public async ValueTask<List<StreamName>> ListAsync(int database)
    {
        var keys = KeysOf(database).ToList();
        await Engine.CommitAsync();
        return keys;
    }

    /// <summary>The databases that have keys, and how many of them will go.</summary>
    public IEnumerable<(int Number, int Keys, int Expiring)> Count() =>
        from key in Engine.GetKeys().Concat(_values.Keys)
        group key by Database.Of(key) into keys
        orderby keys.Key
        select (keys.Key, keys.Count(), keys.Count(key => ExpiryOf(key) is not null));

    /// <summary>Changes a value of a type, which is made where there is none and goes where it is empty then.</summary>
    /// <exception cref="CommandException">There is one of another type.</exception>
    public TResult Change<TValue, TResult>(StreamName key, Func<TValue, TResult> change)
        where TValue : Value, new()
    {
        var value = Get<TValue>(key);
        var isNew = value is null;
        value ??= new();
        var (before, changes) = (value.Bytes, value.Changes);
        var result = change(value);
        if (value.Changes == changes)
            return result;
        if (value.IsEmpty)
        {
            if (!isNew)
                Drop(key, before);
            return result;
        }
        _values[key] = value;
        Volatile.Write(ref _bytes, _bytes + value.Bytes + (isNew ? key.Bytes.Length : -before));
        Changed(key);
        return result;
    }

    /// <summary>A key has this value from now on, whatever it was before, and does not go unless that is kept.</summary>
    public async ValueTask PutAsync(StreamName key, Value value, bool keepsExpiry = false)
    {
        var expiry = ExpiryOf(key);
        await RemoveAsync(key);
        _values.Add(key, value);
        Volatile.Write(ref _bytes, _bytes + key.Bytes.Length + value.Bytes);
        Changed(key);
        if (keepsExpiry && expiry is { } at)
            SetExpiry(key, at);
    }

    /// <returns>Whether there was such a key.</returns>
    public async ValueTask<bool> RemoveAsync(StreamName key)
    {
        if (_values.TryGetValue(key, out var value))
        {
            Drop(key, value.Bytes);
            return true;
        }
        _expiries.Clear(key);
        return Engine.GetStamp(key) is not null && await Engine.DeleteStreamAsync(key);
    }

    /// <summary>A key gets another name, and with it what has that name goes.</summary>
    /// <returns>False where something has that name and is not to be replaced; then nothing has changed.</returns>
    public async ValueTask<bool> RenameAsync(StreamName key, StreamName newKey, bool replaces = true)
    {
        if (key == newKey)
            return true;
        if (!replaces && Exists(newKey))
            return false;
        var expiry = ExpiryOf(key);
        if (_values.TryGetValue(key, out var value))
        {
            // First, for it may fail; then nothing is lost.
            await RemoveAsync(newKey);
            Drop(key, value.Bytes);
            await PutAsync(newKey, value);
        }
        else
        {
            // Somebody in the process may have made it just now.
            if (!await Engine.RenameAsync(key, newKey, replaces))
                return false;
            _expiries.Clear(key);
            DropValue(newKey);
        }
        _expiries.Clear(newKey);
        if (expiry is { } at)
            SetExpiry(newKey, at);
        return true;
    }

    /// <summary>
    /// The keys of one database are those of the other from now on, one after the other. Where one cannot be moved, those that were are moved back. Nothing is replaced: somebody in the
    /// process may make a stream meanwhile.
    /// </summary>
    public async ValueTask SwapAsync(int first, int second)
    {
        if (first == second)
            return;
        // Through names that are of no database.
        var (firsts, seconds) = (KeysOf(first).ToList(), KeysOf(second).ToList());
        List<(StreamName Key, StreamName NewKey)> moves =
        [
            .. firsts.Select(static key => (key, Database.NameOf(Database.Count, key.Bytes))),
            .. seconds.Select(key => (key, Database.NameOf(first, Database.KeyOf(key)))),
            .. firsts.Select(key => (Database.NameOf(Database.Count, key.Bytes), Database.NameOf(second, Database.KeyOf(key)))),
        ];
        var moved = 0;
        try
        {
            for (; moved < moves.Count; moved++)
            {
                if (!await RenameAsync(moves[moved].Key, moves[moved].NewKey, replaces: false))
                    throw new StreamEngineException(StreamErrorCode.InvalidArgument, $"ERR a key '{moves[moved].NewKey}' is in the way");
            }
        }
        catch (StreamEngineException refusal)
        {
            var away = await MoveBackAsync(moves[..moved]);
            if (away == 0)
                throw;
            throw new StreamEngineException(
                refusal.Code,
                $"{refusal.Message}; keys that could not be moved back: {away}. They are in the other database, or in database 0 under names that begin with '{Database.TemporaryPrefix}'",
                mayHaveTakenEffect: true,
                refusal);
        }
    }

    /// <summary>A key is there under another name, too; what had that name goes.</summary>
    public async ValueTask CopyAsync(StreamName key, StreamName newKey)
    {
        var expiry = ExpiryOf(key);
        if (_values.TryGetValue(key, out var value))
        {
            await PutAsync(newKey, value.Copy());
        }
        else
        {
            await Engine.CopyAsync(key, newKey, replace: true);
            DropValue(newKey);
        }
        _expiries.Clear(newKey);
        if (expiry is { } at)
            SetExpiry(newKey, at);
    }

    /// <summary>A key is a stream of a dump from now on, whatever it was before.</summary>
    public async ValueTask RestoreAsync(StreamName key, ReadOnlyMemory<byte> dump)
    {
        await Engine.RestoreAsync(key, dump, replace: true);
        DropValue(key);
        _expiries.Clear(key);
    }

    /// <summary>When a key goes, in milliseconds since 1970-01-01 UTC, or null.</summary>
    public long? ExpiryOf(StreamName key) =>
        _expiries.Times.TryGetValue(key, out var expiry) && expiry.Stream == StreamOf(key) ? expiry.At : null;

    /// <summary>A key that is there goes at a time.</summary>
    public void SetExpiry(StreamName key, long at)
    {
        _expiries.Set(key, new(at, StreamOf(key)));
        Touch(key);
    }

    public bool ClearExpiry(StreamName key)
    {
        var had = ExpiryOf(key) is not null;
        if (_expiries.Clear(key))
            Touch(key);
        return had;
    }

    /// <summary>What is due goes.</summary>
    /// <remarks>What the engine refuses to remove stays, and is due again in a second: nobody is kept waiting by it until then.</remarks>
    public async ValueTask RemoveDueAsync()
    {
        List<(StreamName Key, Expiry Expiry)> refused = [];
        while (_expiries.TryTake(Now, out var due))
        {
            if (StreamOf(due.Value.Key) == due.Value.Expiry.Stream && !await TryRemoveAsync(due.Value.Key))
                refused.Add(due.Value);
        }
        var again = Now + RetryAfter;
        foreach (var (key, expiry) in refused)
            _expiries.Set(key, expiry with { NotBefore = again });
    }

    /// <exception cref="CommandException">Values take all the memory that they may.</exception>
    public void CheckRoom()
    {
        if (_bytes > maxBytes)
            throw new CommandException("OOM command not allowed when used memory > 'maxmemory'.");
    }

    private async ValueTask<bool> TryRemoveAsync(StreamName key)
    {
        try
        {
            await RemoveAsync(key);
            return true;
        }
        catch (StreamEngineException)
        {
            return false;
        }
    }

    /// <returns>How many were not: each stays under a name that clients can give it another one from.</returns>
    private async ValueTask<int> MoveBackAsync(List<(StreamName Key, StreamName NewKey)> moved)
    {
        var away = 0;
        foreach (var (key, newKey) in Enumerable.Reverse(moved))
        {
            try
            {
                away += await RenameAsync(newKey, key, replaces: false) ? 0 : 1;
            }
            catch (StreamEngineException)
            {
                // The others are moved back all the same.
                away += Exists(newKey) ? 1 : 0;
            }
        }
        return away;
    }

    private void Touch(StreamName key)
    {
        Volatile.Write(ref _changes, _changes + 1);
        _watches.Touch(key);
    }

    private void Changed(StreamName key)
    {
        _waits.Changed(key);
        Touch(key);
    }

    private void DropValue(StreamName key)
    {
        if (_values.TryGetValue(key, out var value))
            Drop(key, value.Bytes);
    }

    private long StreamOf(StreamName key) => _values.ContainsKey(key) ? 0 : Engine.GetStamp(key)?.Stream ?? 0;

    private void Drop(StreamName key, long bytes)
    {
        _values.Remove(key);
        _expiries.Clear(key);
        Touch(key);
        Volatile.Write(ref _bytes, _bytes - key.Bytes.Length - bytes);
    }
}
