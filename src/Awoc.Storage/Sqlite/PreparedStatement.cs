using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Awoc.Storage.Sqlite;

/// <summary>
/// One statement, compiled once for the life of its connection; parameters are bound by position. The driver's command
/// looks every parameter up by name and builds a reader for each execution, which costs the writer more than SQLite itself.
/// </summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    public PreparedStatement(SqliteConnection connection, string sql)
    {
        _db = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public PreparedStatement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));
        return this;
    }

    public PreparedStatement Bind(long? value) => value is { } known ? Bind(known) : BindNull();

    public PreparedStatement Bind(bool value) => Bind(value ? 1L : 0L);

    public PreparedStatement Bind(string? value)
    {
        if (value is null) return BindNull();
        Check(raw.sqlite3_bind_text(_statement, ++_bound, value));
        return this;
    }

    /// <summary>Runs a statement that yields no rows; returns how many it changed.</summary>
    public int Run()
    {
        try
        {
            var code = raw.sqlite3_step(_statement);
            if (code != raw.SQLITE_DONE) Check(code);
            return raw.sqlite3_changes(_db);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>The first row, if there is one.</summary>
    public T? First<T>(Func<PreparedStatement, T> read) where T : struct
    {
        try
        {
            var code = raw.sqlite3_step(_statement);
            if (code == raw.SQLITE_ROW) return read(this);
            if (code != raw.SQLITE_DONE) Check(code);
            return null;
        }
        finally
        {
            Reset();
        }
    }

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public void Dispose() => _statement.Dispose();

    private PreparedStatement BindNull()
    {
        Check(raw.sqlite3_bind_null(_statement, ++_bound));
        return this;
    }

    /// <summary>A step's own error was reported by the step: a reset only repeats it.</summary>
    private void Reset()
    {
        _bound = 0;
        _ = raw.sqlite3_reset(_statement);
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _db);
}
