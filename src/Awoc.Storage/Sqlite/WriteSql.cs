namespace Awoc.Storage.Sqlite;

/// <summary>The writer's statements. Parameters are bound in the order of the columns.</summary>
internal static class WriteSql
{
    public const string InsertTask = """
        INSERT INTO task(
          id, handle, name, type, agent, model, queue, group_name, output, priority, share, workflow, inputs_sha, spec_v, spec, created_us,
          version, state, outcome, reason, detail, result, verification, result_path, delivered, summary, waits_for, due_us,
          attempt, in_attempt, fence, cancel_requested, usage, run_ms, queued_us, started_us, ended_us, budget, recovery, read_us,
          wait_kind, successor)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?, ?, ?, ?, ?, ?, ?,  ?, ?, ?,  ?, ?)
        """;

    /// <summary>After the state: how the lease changes (0 stays, 1 taken, 2 freed), its node and end, and then what must hold.</summary>
    public const string UpdateTask = """
        UPDATE task SET
          version = ?1, state = ?2, outcome = ?3, reason = ?4, detail = ?5, result = ?6, verification = ?7, result_path = ?8,
          delivered = ?9, summary = ?10, waits_for = ?11, due_us = ?12,
          attempt = ?13, in_attempt = ?14, fence = ?15, cancel_requested = ?16, usage = ?17, run_ms = ?18,
          queued_us = ?19, started_us = ?20, ended_us = ?21, budget = ?22, recovery = ?23, read_us = ?24, wait_kind = ?25, successor = ?26,
          lease_node = CASE ?27 WHEN 0 THEN lease_node WHEN 1 THEN ?28 END,
          lease_until_us = CASE ?27 WHEN 0 THEN lease_until_us WHEN 1 THEN ?29 END
        WHERE id = ?30 AND version = ?31 AND (?32 IS NULL OR fence = ?32)
        """;

    public const string TaskExists = "SELECT 1 FROM task WHERE id = ?";

    /// <summary>Whether the task stands where the decision was made, for a decision that changes nothing.</summary>
    public const string TaskStands = "SELECT 1 FROM task WHERE id = ?1 AND version = ?2 AND (?3 IS NULL OR fence = ?3)";

    /// <summary>But for the task that follows it, or that it follows, as the occurrences of one series do.</summary>
    public const string LiveOutput = """
        SELECT id FROM task
        WHERE output = ?1 AND output IS NOT NULL AND state <> 'ended' AND id <> ?2 AND id IS NOT ?3 AND successor IS NOT ?2
        """;

    public const string InsertEvent = "INSERT INTO event(task_id, version, kind, at_us, v, data) VALUES (?, ?, ?, ?, ?, ?)";

    public const string StartAttempt = "INSERT INTO attempt(task_id, n, fence, node_id, usage, started_us) VALUES (?, ?, ?, ?, ?, ?)";

    public const string AdoptAttempt = "UPDATE attempt SET fence = ?, node_id = ? WHERE task_id = ? AND n = ?";

    public const string EndAttempt =
        "UPDATE attempt SET outcome = ?, reason = ?, usage = ?, run_ms = ?, ended_us = ? WHERE task_id = ? AND n = ?";

    public const string SaveProgress = """
        UPDATE attempt SET log_offset = ?, session = coalesce(?, session), usage = ?, warm = coalesce(?, warm)
        WHERE task_id = ? AND n = ? AND fence = ? AND ended_us IS NULL
        """;

    public const string RenewLeases = "UPDATE task SET lease_until_us = ?1 WHERE lease_node IS NOT NULL AND lease_node = ?2";

    public const string SetMark = "INSERT INTO mark(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value";

    public const string DropMark = "DELETE FROM mark WHERE name = ?";

    public const string FindKey = "SELECT request_sha, task_ids FROM idempotency WHERE key = ?";

    public const string InsertKey = "INSERT INTO idempotency(key, request_sha, task_ids, expires_us) VALUES (?, ?, ?, ?)";

    public const string ExpireKeys = "DELETE FROM idempotency WHERE expires_us <= ?";
}
