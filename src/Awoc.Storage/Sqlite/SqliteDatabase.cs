using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

/// <summary>The database file and how a connection to it is set up.</summary>
internal sealed class SqliteDatabase(string path)
{
    /// <summary>Milliseconds that a statement waits for another process's lock before it gives up.</summary>
    private const int BusyMs = 5000;

    /// <summary>Bytes to which the log is cut back after a burst; SQLite would keep it at its largest for ever.</summary>
    private const int LogLimit = 16 << 20;

    public string Path { get; } = path;

    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,

        // SQLite itself does the waiting (busy_timeout): the driver's own loop sleeps 150 ms a turn.
        DefaultTimeout = 1,
    }.ToString();

    /// <summary>A connection that commits to the disk: its fsync is the acknowledgement of a write.</summary>
    public SqliteConnection OpenWriter() => Open(
        $"PRAGMA busy_timeout = {BusyMs}; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = {LogLimit};");

    public SqliteConnection OpenReader() => Open($"PRAGMA busy_timeout = {BusyMs}; PRAGMA query_only = 1;");

    private SqliteConnection Open(string setup)
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            connection.Run(setup);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

internal static class SqliteConnectionExtensions
{
    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static T Scalar<T>(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }
}
