using Awoc.Core.Lifecycle;
using Awoc.Core.Store;

namespace Awoc.Storage.Sqlite;

public sealed partial class SqliteTaskStore
{
    /// <inheritdoc/>
    /// <remarks>An idempotency key is remembered for a day.</remarks>
    public Task<LaunchResult> LaunchAsync(
        IReadOnlyList<Decision.Accepted> launches, string? idempotencyKey, string? requestSha, CancellationToken cancellation)
    {
        if (launches.Count == 0) throw new ArgumentException("nothing to launch", nameof(launches));
        var rows = new LaunchRow[launches.Count];
        for (var i = 0; i < rows.Length; i++) rows[i] = LaunchRow.Of(launches[i]);
        return _writer.WriteAsync(writes => writes.Launch(rows, idempotencyKey, requestSha ?? ""), cancellation);
    }

    public Task<CommitResult> CommitAsync(TaskCommit commit, CancellationToken cancellation)
    {
        var decision = commit.Decision;
        if (decision.Next.Version != commit.ExpectedVersion + decision.Events.Count)
        {
            throw new ArgumentException(
                $"task {decision.Next.Id}: {decision.Events.Count} events do not lead from version {commit.ExpectedVersion} to " +
                $"{decision.Next.Version}",
                nameof(commit));
        }

        var row = CommitRow.Of(commit);
        return _writer.WriteAsync(writes => writes.Commit(row), cancellation);
    }

    public Task<bool> SaveProgressAsync(AttemptProgress progress, CancellationToken cancellation)
    {
        var usage = StoredJson.Text(progress.Usage);
        return _writer.WriteAsync(writes => writes.SaveProgress(progress, usage), cancellation);
    }

    public Task<int> RenewLeasesAsync(string node, TimeSpan duration, CancellationToken cancellation) =>
        _writer.WriteAsync(writes => writes.RenewLeases(node, duration), cancellation);

    public Task SetMarkAsync(string name, string? value, CancellationToken cancellation) =>
        _writer.WriteAsync(writes => writes.SetMark(name, value), cancellation);
}
