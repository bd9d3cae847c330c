using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

/// <summary>
/// A few connections for readers: in WAL mode they see the last commit and never wait for the writer. A read is a matter of
/// microseconds and runs on the caller's thread.
/// </summary>
internal sealed class ReadConnections(SqliteDatabase database) : IAsyncDisposable
{
    private const int Limit = 4;

    private readonly SemaphoreSlim _free = new(Limit);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private volatile bool _closed;

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        SqliteConnection? connection = null;
        try
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteTaskStore));
            if (!_idle.TryTake(out connection)) connection = database.OpenReader();
            var answer = read(connection);
            _idle.Add(connection);
            connection = null;
            return answer;
        }
        catch (SqliteException fault)
        {
            throw StoreFaults.Explain(fault, database.Path);
        }
        finally
        {
            // One that failed is not used again.
            connection?.Dispose();
            _free.Release();
        }
    }

    /// <summary>Readers at work finish; those that still wait are told that the store is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        for (var i = 0; i < Limit; i++) await _free.WaitAsync();
        while (_idle.TryTake(out var connection)) connection.Dispose();
        _free.Release(Limit);
    }
}
