using System.Threading.Channels;
using Awoc.Core.Store;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

/// <summary>
/// The only writer of the database: a thread with a connection of its own that commits all requests waiting for it in one
/// transaction, so that they share one fsync. Each is acknowledged after the commit, never before.
/// <para>
/// Requests check before they write: a lost race changes nothing and harms no neighbour. A request that SQLite refuses
/// rolls the batch back, and each is then tried alone; a savepoint around each would cost every good write for the sake of
/// a broken one. A fault of the disk fails the requests of its batch; the next batch opens a new connection.
/// </para>
/// </summary>
internal sealed class GroupCommitWriter : IAsyncDisposable
{
    /// <summary>Requests that share one fsync: many more would only delay the first of them.</summary>
    private const int BatchLimit = 512;

    /// <summary>Requests that wait before their producers are made to.</summary>
    private const int QueueLimit = 4096;

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly Channel<WriteRequest> _requests = Channel.CreateBounded<WriteRequest>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true });

    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskWrites? _writes;

    public GroupCommitWriter(SqliteDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _writes = new TaskWrites(database, time);
        new Thread(Loop) { Name = "store writer", IsBackground = true }.Start();
    }

    /// <summary>Done when the write is on the disk.</summary>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public async Task<T> WriteAsync<T>(Func<TaskWrites, T> work, CancellationToken cancellation)
    {
        var request = new WriteRequest<T>(work, cancellation);
        if (!_requests.Writer.TryWrite(request))
        {
            try
            {
                await _requests.Writer.WriteAsync(request, cancellation);
            }
            catch (ChannelClosedException)
            {
                throw new ObjectDisposedException(nameof(SqliteTaskStore));
            }
        }

        return await request.Answer;
    }

    /// <summary>Carries out what was asked so far, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _stopped.Task;
    }

    private void Loop()
    {
        var batch = new List<WriteRequest>(BatchLimit);
        while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < BatchLimit && _requests.Reader.TryRead(out var request))
            {
                if (request.TryBegin()) batch.Add(request);
            }

            if (batch.Count > 0) Commit(batch);
            batch.Clear();
        }

        _writes?.Dispose();
        _stopped.SetResult();
    }

    private void Commit(List<WriteRequest> batch)
    {
        try
        {
            CommitTogether(batch);
        }
        catch (Exception fault) when (IsOfRequest(fault) && batch.Count > 1)
        {
            foreach (var request in batch) Commit([request]);
            return;
        }
        catch (Exception fault)
        {
            if (!IsOfRequest(fault)) Disconnect();
            var answer = fault is SqliteException sqlite ? StoreFaults.Explain(sqlite, _database.Path) : fault;
            foreach (var request in batch) request.Fail(answer);
            return;
        }

        foreach (var request in batch) request.Acknowledge();
    }

    private void CommitTogether(List<WriteRequest> batch)
    {
        _writes ??= new TaskWrites(_database, _time);
        _writes.Begin();
        try
        {
            foreach (var request in batch) request.Execute(_writes);
            _writes.Commit();
        }
        catch
        {
            _writes.Rollback();
            throw;
        }
    }

    private static bool IsOfRequest(Exception fault) => fault is not SqliteException sqlite || StoreFaults.IsOfRequest(sqlite);

    private void Disconnect()
    {
        _writes?.Dispose();
        _writes = null;
    }
}
