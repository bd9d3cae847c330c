using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

/// <summary>
/// A few connections for readers: in WAL mode they see the last commit and never wait for the writer. A read is a matter of
/// microseconds and runs on the caller's thread.
/// </summary>
internal sealed class ReadConnections(SqliteDatabase database) : IDisposable
{
    private const int Limit = 4;

    private readonly SemaphoreSlim _free = new(Limit);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        SqliteConnection? connection = null;
        try
        {
            if (!_idle.TryTake(out connection)) connection = database.OpenReader();
            var answer = read(connection);
            _idle.Add(connection);
            return answer;
        }
        catch (SqliteException fault)
        {
            connection?.Dispose();
            throw StoreFaults.Explain(fault, database.Path);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        // Readers that are still at it finish first.
        for (var i = 0; i < Limit; i++) _free.Wait();
        while (_idle.TryTake(out var connection)) connection.Dispose();
        _free.Dispose();
    }
}
