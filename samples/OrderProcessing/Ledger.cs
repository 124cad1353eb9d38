using Microsoft.Data.Sqlite;
using WorkerStreams.Engine;

namespace OrderProcessing;

/// <summary>
/// The order lines handled, in SQLite. Writing a line again leaves the lines as they are, for their id is unique; but each write is
/// told by a row of its own among the effects, which have no unique key, and so shows as a duplicate.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private readonly Lock _oneAtATime = new(); // guards the connection
    private readonly SqliteConnection _connection;

    /// <exception cref="SqliteException">The file can't be opened, or is no ledger.</exception>
    public Ledger(string path)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        // Money is exact: decimals, which SQLite keeps as text, are summed as decimals.
        _connection.CreateAggregate("revenue", 0m, (decimal sum, int quantity, decimal unitPrice) => sum + (quantity * unitPrice), isDeterministic: true);
        // A commit outlives this process. It need not outlive a power failure, after which a stream in memory is published anew; for one that outlives it too,
        // FULL would be the choice.
        using var command = CreateCommand(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            CREATE TABLE IF NOT EXISTS lines (
                id TEXT PRIMARY KEY, invoice TEXT NOT NULL, stock_code TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price TEXT NOT NULL,
                invoiced_at TEXT NOT NULL, country TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS effects (line TEXT NOT NULL, entry TEXT NOT NULL, delivery INTEGER NOT NULL);
            CREATE TABLE IF NOT EXISTS streams (input TEXT PRIMARY KEY, name TEXT NOT NULL);
            """);
        command.ExecuteNonQuery();
    }

    /// <summary>The stream by which the lines of an input come to this ledger: the same in each run, and no other's.</summary>
    public string StreamOf(string input)
    {
        lock (_oneAtATime)
        {
            using var command = CreateCommand(
                """
                INSERT INTO streams VALUES ($input, $name) ON CONFLICT (input) DO NOTHING;
                SELECT name FROM streams WHERE input = $input;
                """,
                ("$input", input), ("$name", $"orders:{Guid.NewGuid():N}"));
            return (string)command.ExecuteScalar()!;
        }
    }

    /// <summary>Writes a line and, in the same transaction, that it was written.</summary>
    /// <param name="line">The line.</param>
    /// <param name="entry">The stream's entry that bore it.</param>
    /// <param name="delivery">The delivery that handled it.</param>
    public void Write(OrderLine line, StreamEntryId entry, long delivery)
    {
        lock (_oneAtATime)
        {
            using var transaction = _connection.BeginTransaction();
            using var command = CreateCommand(
                """
                INSERT INTO lines VALUES ($id, $invoice, $stock_code, $quantity, $unit_price, $invoiced_at, $country) ON CONFLICT (id) DO NOTHING;
                INSERT INTO effects VALUES ($id, $entry, $delivery);
                """,
                ("$id", line.Id), ("$invoice", line.InvoiceNo), ("$stock_code", line.StockCode), ("$quantity", line.Quantity),
                ("$unit_price", line.UnitPrice), ("$invoiced_at", line.InvoiceDate), ("$country", line.Country),
                ("$entry", entry.ToString()), ("$delivery", delivery));
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    public LedgerTotals ReadTotals()
    {
        lock (_oneAtATime)
        {
            using var command = CreateCommand(
                """
                SELECT count(*), count(DISTINCT invoice), count(*) FILTER (WHERE invoice GLOB 'C*'), revenue(quantity, unit_price),
                    (SELECT count(*) - count(DISTINCT line) FROM effects)
                FROM lines
                """);
            using var reader = command.ExecuteReader();
            reader.Read();
            return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDecimal(3), reader.GetInt64(4));
        }
    }

    /// <summary>What each country's lines come to, the greatest revenue first.</summary>
    public IReadOnlyList<CountryRevenue> ReadRevenueByCountry()
    {
        lock (_oneAtATime)
        {
            using var command = CreateCommand("SELECT country, count(*), revenue(quantity, unit_price) FROM lines GROUP BY country");
            using var reader = command.ExecuteReader();
            var revenues = new List<CountryRevenue>();
            while (reader.Read())
                revenues.Add(new(reader.GetString(0), reader.GetInt64(1), reader.GetDecimal(2)));
            return [.. revenues.OrderByDescending(revenue => revenue.Gbp)];
        }
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand CreateCommand(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }
}
