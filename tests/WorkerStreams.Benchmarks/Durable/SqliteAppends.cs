using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using WorkerStreams.Benchmarks.Harness;

namespace WorkerStreams.Benchmarks.Durable;

/// <summary>
/// Publishers on SQLite with a write-ahead log that each transaction flushes. One thread inserts what all of them have asked for meanwhile, in one transaction; a publisher
/// that is alone inserts by itself.
/// </summary>
internal sealed class SqliteAppends : IContestant, IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly int _publishers;
    private readonly List<TaskCompletionSource<bool>> _inserted = [];

    public SqliteAppends(string folder, int publishers)
    {
        _publishers = publishers;
        _connection = new($"Data Source={Path.Combine(folder, $"sqlite-{publishers}")};Pooling=False");
        _connection.Open();
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("CREATE TABLE entries (id INTEGER PRIMARY KEY AUTOINCREMENT, data BLOB NOT NULL)");
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO entries (data) VALUES ($data)";
        _insert.Parameters.AddWithValue("$data", Payload200.Bytes);
        _insert.Prepare();
    }

    public async Task RunAsync(int messages, Stopwatch watch)
    {
        watch.Stop();
        Execute("DELETE FROM entries");
        watch.Start();
        if (_publishers == 1)
        {
            for (var i = 0; i < messages; i++)
                Insert(1);
        }
        else
        {
            await RunManyAsync(messages);
        }
        watch.Stop();
        if (Count() != messages)
            throw new InvalidOperationException("Not every entry was inserted once.");
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private async Task RunManyAsync(int messages)
    {
        var asked = Channel.CreateUnbounded<TaskCompletionSource<bool>>(new() { SingleReader = true });
        var writing = Task.Factory.StartNew(() => Write(asked.Reader), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Publishers.RunAsync(_publishers, messages, () =>
        {
            var inserted = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            asked.Writer.TryWrite(inserted);
            return new ValueTask<bool>(inserted.Task);
        });
        asked.Writer.Complete();
        await writing;
    }

    private void Write(ChannelReader<TaskCompletionSource<bool>> asked)
    {
        while (asked.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_inserted.Count < Publishers.Many && asked.TryRead(out var one))
                _inserted.Add(one);
            Insert(_inserted.Count);
            _inserted.ForEach(static one => one.SetResult(true));
            _inserted.Clear();
        }
    }

    private void Insert(int count)
    {
        using var transaction = _connection.BeginTransaction();
        _insert.Transaction = transaction;
        for (var i = 0; i < count; i++)
            _insert.ExecuteNonQuery();
        transaction.Commit();
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private long Count()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM entries";
        return (long)command.ExecuteScalar()!;
    }
}
