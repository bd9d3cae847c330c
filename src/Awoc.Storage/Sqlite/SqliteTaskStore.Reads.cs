using System.Buffers;
using Awoc.Core.Budgets;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Core.Waiting;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Sqlite;

public sealed partial class SqliteTaskStore
{
    private const string Last = "@last";

    private static readonly SearchValues<char> s_idCharacters = SearchValues.Create("0123456789abcdef-");

    public Task<AgentTask?> FindAsync(TaskId id, CancellationToken cancellation) => _readers.ReadAsync(
        c => c.QueryFirstOrDefault<TaskRow>(ReadSql.Find, new { id = id.Value })?.ToTask(), cancellation);

    public Task<KeyedLaunch?> FindKeyAsync(string idempotencyKey, CancellationToken cancellation) => _readers.ReadAsync(
        c => c.QueryFirstOrDefault<KeyRow>(ReadSql.FindKey, new { key = idempotencyKey, now = Microseconds.From(_time.GetUtcNow()) })?.ToLaunch(), cancellation);

    public Task<IReadOnlyList<TaskId>> ResolveAsync(string reference, int limit, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Resolve(c, reference, limit), cancellation);

    public Task<IReadOnlyList<AgentTask>> ListAsync(TaskQuery query, CancellationToken cancellation) => _readers.ReadAsync(
        c =>
        {
            var limit = query.Limit;
            if (ReadSql.List(query) is not { } sql) return [];
            var before = long.MaxValue;
            if (query.Before is { } cursor)
            {
                // A cursor that is no longer there has nothing before it that could be named.
                if (c.QueryFirstOrDefault<long?>(ReadSql.SeqOf, new { id = cursor.Value }) is not { } seq) return [];
                before = seq;
            }

            return Tasks(query.Group is { } groupName ? c.Query<TaskRow>(sql, new { before, limit, groupName }) : c.Query<TaskRow>(sql, new { before, limit }));
        },
        cancellation);

    public Task<IReadOnlyDictionary<TaskState, long>> CountAsync(CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyDictionary<TaskState, long>>(
            c =>
            {
                var counts = Enum.GetValues<TaskState>().ToDictionary(s => s, _ => 0L);
                foreach (var row in c.Query<CountRow>(ReadSql.Count)) counts[SnakeCase.Parse<TaskState>(row.State)] = row.Count;
                return counts;
            },
            cancellation);

    public Task<long> CountAsync(TaskState state, CancellationToken cancellation) =>
        _readers.ReadAsync(c => c.QueryFirst<long>(ReadSql.CountState, new { state = state.Text() }), cancellation);

    public Task<IReadOnlyList<QueuedTask>> QueuedAsync(CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyList<QueuedTask>>(c => [.. c.Query<QueuedRow>(ReadSql.Queued).Select(r => r.ToTask())], cancellation);

    public Task<IReadOnlyList<QueuedTask>> HeldAsync(WaitKind kind, CancellationToken cancellation) => _readers.ReadAsync<IReadOnlyList<QueuedTask>>(
        c => [.. c.Query<QueuedRow>(ReadSql.Held, new { kind = kind.Text() }).Select(r => r.ToTask())], cancellation);

    public Task<IReadOnlyList<TaskId>> NeverStartedAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(c => Ids(c.Query<string>(ReadSql.NeverStarted)), cancellation);

    public Task<IReadOnlyList<AgentTask>> WaitingAsync(WaitKind kind, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.Waiting, new { kind = kind.Text() })), cancellation);

    public Task<IReadOnlyList<AgentTask>> StepsAsync(string inputsSha, int limit, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.SameInputs, new { sha = inputsSha, limit })), cancellation);

    public Task<IReadOnlyList<AgentTask>> WorkflowAsync(string workflow, int limit, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.OfWorkflow, new { workflow, limit })), cancellation);

    public Task<IReadOnlyDictionary<TaskId, TaskStanding>> StandingsAsync(IReadOnlyCollection<TaskId> ids, CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyDictionary<TaskId, TaskStanding>>(
            c => c.Query<StandingRow>(ReadSql.Standings, new { ids = StoredJson.Text(ids) }).Select(r => r.ToStanding()).ToDictionary(s => s.Id), cancellation);

    public Task<IReadOnlyList<AgentTask>> FindAsync(IReadOnlyCollection<TaskId> ids, CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyList<AgentTask>>(
            c =>
            {
                var found = c.Query<TaskRow>(ReadSql.FindMany, new { ids = StoredJson.Text(ids) }).Select(r => r.ToTask()).ToDictionary(t => t.Id);
                return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
            },
            cancellation);

    public Task<IReadOnlyList<AgentTask>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.Due, new { now = Microseconds.From(now), limit })), cancellation);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(c => Microseconds.ToTime(c.QueryFirstOrDefault<long?>(ReadSql.NextDue)), cancellation);

    public Task<IReadOnlyList<AgentTask>> InAttemptAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.InAttempt)), cancellation);

    public Task<IReadOnlyList<AgentTask>> UnreadAsync(int limit, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.Unread, new { limit })), cancellation);

    public Task<long> CountUnreadAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(c => c.QueryFirst<long>(ReadSql.CountUnread), cancellation);

    public Task<IReadOnlyList<AgentTask>> ExpiredAsync(int limit, CancellationToken cancellation) => _readers.ReadAsync(
        c => Tasks(c.Query<TaskRow>(ReadSql.Expired, new { now = Microseconds.From(_time.GetUtcNow()), limit })), cancellation);

    public Task<TaskId?> LiveWithOutputAsync(string output, TaskId? except, CancellationToken cancellation) => _readers.ReadAsync(
        c => Id(c.QueryFirstOrDefault<string>(ReadSql.LiveOutput, new { output, except = except?.Value ?? "" })), cancellation);

    public Task<IReadOnlyList<AttemptRecord>> AttemptsAsync(TaskId id, CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyList<AttemptRecord>>(
            c => [.. c.Query<AttemptRow>(ReadSql.Attempts, new { id = id.Value }).Select(r => r.ToRecord())], cancellation);

    public Task<IReadOnlyList<StoredEvent>> EventsAsync(long afterSeq, int limit, TaskId? task, CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyList<StoredEvent>>(
            c =>
            {
                var rows = task is { } id
                    ? c.Query<StoredEventRow>(ReadSql.TaskEvents, new { id = id.Value, after = afterSeq, limit })
                    : c.Query<StoredEventRow>(ReadSql.Events, new { after = afterSeq, limit });
                return [.. rows.Select(r => r.ToEvent())];
            },
            cancellation);

    public Task<long> LastSeqAsync(CancellationToken cancellation) =>
        _readers.ReadAsync(c => c.QueryFirst<long>(ReadSql.LastSeq), cancellation);

    public Task<Usage> SpentAsync(DateTimeOffset since, CancellationToken cancellation) =>
        _readers.ReadAsync(c => c.QueryFirst<SpentRow>(ReadSql.Spent, new { since = Microseconds.From(since) }).ToUsage(), cancellation);

    public Task<Usage> SpentByGroupAsync(string group, CancellationToken cancellation) =>
        _readers.ReadAsync(c => c.QueryFirst<SpentRow>(ReadSql.SpentByGroup, new { groupName = group }).ToUsage(), cancellation);

    public Task<IReadOnlyList<AgentTask>> RecentAsync(string type, string agent, int limit, CancellationToken cancellation) =>
        _readers.ReadAsync(c => Tasks(c.Query<TaskRow>(ReadSql.Recent, new { type, agent, limit })), cancellation);

    public Task<string?> MarkAsync(string name, CancellationToken cancellation) =>
        _readers.ReadAsync(c => c.QueryFirstOrDefault<string>(ReadSql.Mark, new { name }), cancellation);

    /// <summary>What a person named is meant before what happens to begin like it: id, then name, then prefix.</summary>
    private static IReadOnlyList<TaskId> Resolve(SqliteConnection connection, string reference, int limit)
    {
        if (reference.Length == 0) return [];
        if (reference == Last) return Ids(connection.Query<string>(ReadSql.Newest));
        if (TaskId.TryParse(reference, out _))
        {
            var whole = Ids(connection.Query<string>(ReadSql.WithId, new { reference }));
            if (whole.Count > 0) return whole;
        }

        var named = Ids(connection.Query<string>(ReadSql.NewestWithName, new { reference }));
        if (named.Count > 0 || reference.AsSpan().ContainsAnyExcept(s_idCharacters)) return named;

        // 'g' comes after every character of an id.
        return Ids(connection.Query<string>(ReadSql.WithPrefix, new { reference, beyond = reference + "g", limit }));
    }

    private static IReadOnlyList<AgentTask> Tasks(IEnumerable<TaskRow> rows) => [.. rows.Select(r => r.ToTask())];

    private static IReadOnlyList<TaskId> Ids(IEnumerable<string> ids) => [.. ids.Select(TaskId.Parse)];

    private static TaskId? Id(string? id) => id is null ? null : TaskId.Parse(id);
}
