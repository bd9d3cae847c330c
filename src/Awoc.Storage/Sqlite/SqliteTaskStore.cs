using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Dapper;
using Microsoft.Data.Sqlite;

[module: DapperAot]

namespace Awoc.Storage.Sqlite;

/// <summary>
/// The embedded store: one SQLite file, one writer, readers beside it. See <see cref="GroupCommitWriter"/> for how writes
/// become durable.
/// </summary>
public sealed partial class SqliteTaskStore : ITaskStore
{
    private readonly GroupCommitWriter _writer;
    private readonly ReadConnections _readers;
    private readonly TimeProvider _time;
    private int _disposed;

    private SqliteTaskStore(SqliteDatabase database, TimeProvider time, string storeId)
    {
        _time = time;
        StoreId = storeId;
        _readers = new ReadConnections(database);
        _writer = new GroupCommitWriter(database, time);
    }

    public string StoreId { get; }

    /// <summary>
    /// Opens the store at <paramref name="path"/>; makes the file (0600) where there is none and brings an old one up to date.
    /// </summary>
    /// <param name="time">The clock of leases and of idempotency keys.</param>
    /// <exception cref="StoreException">The file cannot be used; the message says why and what to do.</exception>
    /// <exception cref="StoreTooNewException">A newer AWOC wrote it.</exception>
    public static Task<SqliteTaskStore> OpenAsync(string path, TimeProvider time, CancellationToken cancellation) => Task.Run(
        () =>
        {
            var database = new SqliteDatabase(Path.GetFullPath(path));
            try
            {
                CreateFile(database.Path);
                SqliteSchema.Migrate(database);
                using var connection = database.OpenReader();
                return new SqliteTaskStore(database, time, connection.Scalar<string>(ReadSql.StoreId));
            }
            catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw StoreFaults.Explain(fault, database.Path);
            }
        },
        cancellation);

    /// <summary>Writes that were asked for are carried out; then the file is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _writer.DisposeAsync();
        await _readers.DisposeAsync();
    }

    /// <summary>SQLite would make it readable for everybody; its log and its index file take over the mode of the database.</summary>
    private static void CreateFile(string path)
    {
        if (File.Exists(path)) return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var created = new FileStream(path, options);
    }
}
