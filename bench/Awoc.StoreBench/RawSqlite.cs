using System.Text.Json;
using Awoc.Core;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Awoc.StoreBench;

/// <summary>
/// The same rows into the same tables by statements written by hand over SQLite's own interface, on one thread, with
/// nothing around them: no queue, no answer, no check that the row was there.
/// </summary>
internal sealed class RawSqlite : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _db;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _commit;
    private readonly sqlite3_stmt _task;
    private readonly sqlite3_stmt _event;
    private readonly sqlite3_stmt _dispatch;
    private readonly sqlite3_stmt _attempt;
    private readonly sqlite3_stmt _finish;
    private readonly sqlite3_stmt _attemptEnd;
    private readonly sqlite3_stmt _next;

    public RawSqlite(string path)
    {
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        _db = _connection.Handle!;
        Step(Prepare("PRAGMA synchronous = FULL"));
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _task = Prepare("""
            INSERT INTO task(id, handle, type, agent, model, queue, spec_v, spec, created_us, version, state, result, verification,
              delivered, attempt, in_attempt, fence, cancel_requested, usage, run_ms, queued_us)
            VALUES (?, ?, ?, ?, ?, 'default', 1, ?, ?, 2, 'queued', 'none', 'not_checked', 0, 0, 0, 0, 0, ?, 0, ?)
            """);
        _event = Prepare("INSERT INTO event(task_id, version, kind, at_us, v, data) VALUES (?, ?, ?, ?, 1, ?)");
        _dispatch = Prepare("""
            UPDATE task SET version = 3, state = 'running', attempt = 1, in_attempt = 1, fence = 1, started_us = ?, lease_node = 'node-1',
              lease_until_us = ?
            WHERE id = ? AND version = 2
            """);
        _attempt = Prepare("INSERT INTO attempt(task_id, n, fence, node_id, usage, started_us) VALUES (?, 1, 1, 'node-1', ?, ?)");
        _finish = Prepare("""
            UPDATE task SET version = 5, state = 'ended', outcome = 'succeeded', result = 'complete', in_attempt = 0, delivered = 1,
              result_path = ?, summary = ?, usage = ?, run_ms = ?, ended_us = ?, lease_node = NULL, lease_until_us = NULL
            WHERE id = ? AND version = 3
            """);
        _attemptEnd = Prepare("UPDATE attempt SET outcome = 'succeeded', usage = ?, run_ms = ?, ended_us = ? WHERE task_id = ? AND n = 1");
        _next = Prepare("SELECT id FROM task WHERE state = 'queued' ORDER BY seq LIMIT 1");
    }

    /// <summary>The texts of a life, made beforehand: what they cost is not SQLite's.</summary>
    public static Life NewLife()
    {
        var launch = Samples.Launch();
        var dispatch = Samples.Dispatch(launch.Next);
        var finish = Samples.Finish(dispatch.Next);
        return new Life(
            launch.Next,
            finish.Next,
            JsonSerializer.Serialize(launch.Next.Spec, CoreJson.Default.TaskSpec),
            JsonSerializer.Serialize(launch.Next.Usage, CoreJson.Default.Usage),
            JsonSerializer.Serialize(finish.Next.Usage, CoreJson.Default.Usage),
            [
                .. new[] { launch, dispatch, finish }
                    .SelectMany(d => d.Events)
                    .Select(e => JsonSerializer.Serialize(e, CoreJson.Default.TaskEvent)),
            ]);
    }

    public void Begin() => Step(_begin);

    public void Commit() => Step(_commit);

    public void Launch(Life life)
    {
        var now = Us(life.Task.CreatedAt);
        Text(_task, 1, life.Task.Id.Value);
        Text(_task, 2, life.Task.Id.Handle);
        Text(_task, 3, life.Task.Spec.Type);
        Text(_task, 4, life.Task.Spec.Agent);
        Text(_task, 5, life.Task.Spec.Model!);
        Text(_task, 6, life.Spec);
        Number(_task, 7, now);
        Text(_task, 8, life.NoUsage);
        Number(_task, 9, now);
        Step(_task);
        Event(life, 1, "launched", now);
        Event(life, 2, "queued", now);
    }

    public void Dispatch(Life life)
    {
        var now = Us(life.Task.CreatedAt);
        Number(_dispatch, 1, now);
        Number(_dispatch, 2, now + 60_000_000);
        Text(_dispatch, 3, life.Task.Id.Value);
        Step(_dispatch);
        Event(life, 3, "attempt_started", now);
        Text(_attempt, 1, life.Task.Id.Value);
        Text(_attempt, 2, life.NoUsage);
        Number(_attempt, 3, now);
        Step(_attempt);
    }

    public void Finish(Life life)
    {
        var now = Us(life.Task.CreatedAt);
        Text(_finish, 1, life.Ended.ResultPath!);
        Text(_finish, 2, life.Ended.Summary!);
        Text(_finish, 3, life.Usage);
        Number(_finish, 4, life.Ended.RunMs);
        Number(_finish, 5, now);
        Text(_finish, 6, life.Task.Id.Value);
        Step(_finish);
        Event(life, 4, "attempt_ended", now);
        Event(life, 5, "ended", now);
        Text(_attemptEnd, 1, life.Usage);
        Number(_attemptEnd, 2, life.Ended.RunMs);
        Number(_attemptEnd, 3, now);
        Text(_attemptEnd, 4, life.Task.Id.Value);
        Step(_attemptEnd);
    }

    public string Next()
    {
        if (raw.sqlite3_step(_next) != raw.SQLITE_ROW) throw new InvalidOperationException("nothing is queued");
        var id = raw.sqlite3_column_text(_next, 0).utf8_to_string();
        _ = raw.sqlite3_reset(_next);
        return id;
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _begin, _commit, _task, _event, _dispatch, _attempt, _finish, _attemptEnd, _next }) statement.Dispose();
        _connection.Dispose();
    }

    private static long Us(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;

    private void Event(Life life, int version, string kind, long at)
    {
        Text(_event, 1, life.Task.Id.Value);
        Number(_event, 2, version);
        Text(_event, 3, kind);
        Number(_event, 4, at);
        Text(_event, 5, life.Events[version - 1]);
        Step(_event);
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    private void Text(sqlite3_stmt statement, int index, string value) => Check(raw.sqlite3_bind_text(statement, index, value));

    private void Number(sqlite3_stmt statement, int index, long value) => Check(raw.sqlite3_bind_int64(statement, index, value));

    private void Step(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        if (code is not (raw.SQLITE_DONE or raw.SQLITE_ROW)) Check(code);
        _ = raw.sqlite3_reset(statement);
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _db);

    internal sealed record Life(AgentTask Task, AgentTask Ended, string Spec, string NoUsage, string Usage, string[] Events);
}
