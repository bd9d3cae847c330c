using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Awoc.Storage.Sqlite;

/// <summary>The writes of the store over one connection, within a transaction that the caller begins and commits.</summary>
internal sealed class TaskWrites : IDisposable
{
    private const long LeaseStays = 0;
    private const long LeaseTaken = 1;
    private const long LeaseFreed = 2;

    /// <summary>For how long an idempotency key is remembered.</summary>
    private static readonly TimeSpan s_keyLife = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly SqliteConnection _connection;
    private readonly List<PreparedStatement> _statements = [];
    private readonly PreparedStatement _begin;
    private readonly PreparedStatement _commit;
    private readonly PreparedStatement _insertTask;
    private readonly PreparedStatement _updateTask;
    private readonly PreparedStatement _taskExists;
    private readonly PreparedStatement _taskStands;
    private readonly PreparedStatement _liveOutput;
    private readonly PreparedStatement _insertEvent;
    private readonly PreparedStatement _startAttempt;
    private readonly PreparedStatement _adoptAttempt;
    private readonly PreparedStatement _endAttempt;
    private readonly PreparedStatement _saveProgress;
    private readonly PreparedStatement _renewLeases;
    private readonly PreparedStatement _setMark;
    private readonly PreparedStatement _dropMark;
    private readonly PreparedStatement _findKey;
    private readonly PreparedStatement _insertKey;
    private readonly PreparedStatement _expireKeys;

    public TaskWrites(SqliteDatabase database, TimeProvider time)
    {
        _time = time;
        _connection = database.OpenWriter();
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _insertTask = Prepare(WriteSql.InsertTask);
        _updateTask = Prepare(WriteSql.UpdateTask);
        _taskExists = Prepare(WriteSql.TaskExists);
        _taskStands = Prepare(WriteSql.TaskStands);
        _liveOutput = Prepare(WriteSql.LiveOutput);
        _insertEvent = Prepare(WriteSql.InsertEvent);
        _startAttempt = Prepare(WriteSql.StartAttempt);
        _adoptAttempt = Prepare(WriteSql.AdoptAttempt);
        _endAttempt = Prepare(WriteSql.EndAttempt);
        _saveProgress = Prepare(WriteSql.SaveProgress);
        _renewLeases = Prepare(WriteSql.RenewLeases);
        _setMark = Prepare(WriteSql.SetMark);
        _dropMark = Prepare(WriteSql.DropMark);
        _findKey = Prepare(WriteSql.FindKey);
        _insertKey = Prepare(WriteSql.InsertKey);
        _expireKeys = Prepare(WriteSql.ExpireKeys);
    }

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public void Rollback()
    {
        // After some faults SQLite has rolled back by itself.
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0) _connection.Run("ROLLBACK");
    }

    /// <summary>Every check comes before the first row: an answer other than Stored has changed nothing.</summary>
    public LaunchResult Launch(IReadOnlyList<LaunchRow> launches, string? key, string requestSha)
    {
        var now = Microseconds.From(_time.GetUtcNow());
        if (key is not null)
        {
            _expireKeys.Bind(now).Run();
            var seen = _findKey.Bind(key).First(row => (Sha: row.Text(0), Ids: row.Text(1)));
            if (seen is { } before)
            {
                return before.Sha == requestSha
                    ? new LaunchResult.Repeated(StoredIds.Parse(before.Ids))
                    : new LaunchResult.KeyReused();
            }
        }

        if (TakenOutput(launches) is { } taken) return taken;
        foreach (var launch in launches)
        {
            Insert(launch);
            Append(launch.Task.Id, launch.Events);
        }

        if (key is not null)
        {
            _insertKey.Bind(key).Bind(requestSha).Bind(StoredIds.Text(launches.Select(l => l.Task.Id))).Bind(now + Microseconds.From(s_keyLife)).Run();
        }

        return new LaunchResult.Stored([.. launches.Select(l => l.Task)]);
    }

    public CommitResult Commit(CommitRow row)
    {
        var commit = row.Commit;
        var task = commit.Decision.Next;
        var events = commit.Decision.Events;
        if (events.Count == 0) return Stands(commit) ? CommitResult.Applied : Refused(task.Id);
        if (task.Spec.Output is { } output && events.Any(e => e is TaskEvent.Reopened) && LiveWith(output, task.Id, task.Successor) is not null)
        {
            return CommitResult.OutputTaken;
        }

        if (!Update(row)) return Refused(task.Id);
        if (row.Also is { } also)
        {
            Insert(also);
            Append(also.Task.Id, also.Events);
        }

        Append(task.Id, row.Events);
        foreach (var e in events) Record(task.Id, e);
        return CommitResult.Applied;
    }

    public bool SaveProgress(AttemptProgress progress, string usage) =>
        _saveProgress.Bind(progress.LogOffset).Bind(progress.Session).Bind(usage).Bind(progress.Warm is { } warm ? (warm ? 1L : 0L) : (long?)null)
            .Bind(progress.Task.Value).Bind(progress.Attempt).Bind(progress.Fence).Run() > 0;

    public int RenewLeases(string node, TimeSpan duration) =>
        _renewLeases.Bind(Microseconds.From(_time.GetUtcNow() + duration)).Bind(node).Run();

    public int SetMark(string name, string? value) =>
        value is null ? _dropMark.Bind(name).Run() : _setMark.Bind(name).Bind(value).Run();

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _connection.Dispose();
    }

    private PreparedStatement Prepare(string sql)
    {
        var statement = new PreparedStatement(_connection, sql);
        _statements.Add(statement);
        return statement;
    }

    private LaunchResult.OutputTaken? TakenOutput(IReadOnlyList<LaunchRow> launches)
    {
        Dictionary<string, TaskId>? here = null;
        foreach (var task in launches.Select(l => l.Task))
        {
            if (task.Spec.Output is not { } output) continue;
            if (LiveWith(output, task.Id) is { } other) return new LaunchResult.OutputTaken(output, other);
            if (launches.Count == 1) continue;
            here ??= new Dictionary<string, TaskId>(StringComparer.Ordinal);
            if (!here.TryAdd(output, task.Id)) return new LaunchResult.OutputTaken(output, here[output]);
        }

        return null;
    }

    private TaskId? LiveWith(string output, TaskId except, TaskId? successor = null) =>
        _liveOutput.Bind(output).Bind(except.Value).Bind(successor?.Value).First(row => TaskId.Parse(row.Text(0)));

    private void Insert(LaunchRow launch)
    {
        var task = launch.Task;
        var spec = task.Spec;
        _insertTask
            .Bind(task.Id.Value).Bind(task.Id.Handle).Bind(spec.Name).Bind(spec.Type).Bind(spec.Agent).Bind(spec.Model)
            .Bind(spec.Queue).Bind(spec.Group).Bind(spec.Output).Bind(spec.Priority).Bind(spec.Share)
            .Bind(spec.Step?.Workflow).Bind(spec.Step?.InputsSha).Bind(TaskSpec.CurrentVersion).Bind(launch.Spec).Bind(Microseconds.From(task.CreatedAt));
        BindState(_insertTask, task, launch.Usage).Run();
    }

    private bool Update(CommitRow row)
    {
        var (commit, task) = (row.Commit, row.Commit.Decision.Next);
        BindState(_updateTask, task, row.Usage);
        var node = NodeOf(commit.Decision.Events);
        if (!task.InAttempt || (node is not null && commit.LeaseFor is null))
        {
            _updateTask.Bind(LeaseFreed).Bind((string?)null).Bind((long?)null);
        }
        else if (node is not null && commit.LeaseFor is { } duration)
        {
            _updateTask.Bind(LeaseTaken).Bind(node).Bind(Microseconds.From(_time.GetUtcNow() + duration));
        }
        else
        {
            _updateTask.Bind(LeaseStays).Bind((string?)null).Bind((long?)null);
        }

        return _updateTask.Bind(task.Id.Value).Bind(commit.ExpectedVersion).Bind(commit.ExpectedFence).Run() > 0;
    }

    /// <summary>The columns that change in a task's life, in the order in which insert and update name them.</summary>
    private static PreparedStatement BindState(PreparedStatement statement, AgentTask task, string usage) => statement
        .Bind(task.Version).Bind(task.State.Text()).Bind(task.Outcome.Text()).Bind(task.Reason.Text()).Bind(task.Detail)
        .Bind(task.Result.Text()).Bind(task.Verification.Text()).Bind(task.ResultPath).Bind(task.Delivered).Bind(task.Summary)
        .Bind(task.WaitsFor).Bind(Microseconds.From(task.DueAt))
        .Bind(task.Attempt).Bind(task.InAttempt).Bind(task.Fence).Bind(CancelBits.Of(task)).Bind(usage).Bind(task.RunMs)
        .Bind(Microseconds.From(task.QueuedAt)).Bind(Microseconds.From(task.StartedAt)).Bind(Microseconds.From(task.EndedAt))
        .Bind(StoredJson.Text(task.Budget, task.Spec)).Bind(StoredJson.Text(task.Recovery))
        .Bind(Microseconds.From(task.ReadAt)).Bind(task.WaitKind.Text()).Bind(task.Successor?.Value);

    private void Append(TaskId id, EventRow[] events)
    {
        foreach (var e in events)
        {
            _insertEvent.Bind(id.Value).Bind(e.Version).Bind(e.Kind).Bind(e.AtUs).Bind(TaskEvent.CurrentVersion).Bind(e.Data).Run();
        }
    }

    /// <summary>The rows of attempts follow from the events.</summary>
    private void Record(TaskId id, TaskEvent e)
    {
        switch (e)
        {
            case TaskEvent.AttemptStarted a:
                _startAttempt.Bind(id.Value).Bind(a.Attempt).Bind(a.Fence).Bind(a.Node)
                    .Bind(StoredJson.Text(Core.Budgets.Usage.Zero)).Bind(Microseconds.From(a.At)).Run();
                break;
            case TaskEvent.AttemptAdopted a:
                _adoptAttempt.Bind(a.Fence).Bind(a.Node).Bind(id.Value).Bind(a.Attempt).Run();
                break;
            case TaskEvent.AttemptEnded a:
                _endAttempt.Bind(a.Outcome.Text()).Bind(a.Reason.Text()).Bind(StoredJson.Text(a.Usage)).Bind(a.RunMs)
                    .Bind(Microseconds.From(a.At)).Bind(id.Value).Bind(a.Attempt).Run();
                break;
        }
    }

    private bool Stands(TaskCommit commit) =>
        _taskStands.Bind(commit.Decision.Next.Id.Value).Bind(commit.ExpectedVersion).Bind(commit.ExpectedFence).First(_ => true) is true;

    private CommitResult Refused(TaskId id) =>
        _taskExists.Bind(id.Value).First(_ => true) is true ? CommitResult.Conflict : CommitResult.NotFound;

    private static string? NodeOf(IReadOnlyList<TaskEvent> events)
    {
        string? node = null;
        foreach (var e in events)
        {
            node = e switch
            {
                TaskEvent.AttemptStarted a => a.Node,
                TaskEvent.AttemptAdopted a => a.Node,
                _ => node,
            };
        }

        return node;
    }
}
