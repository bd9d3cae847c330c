using System.Text;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Storage.Sqlite;

/// <summary>The readers' statements. Each repeats the condition of the partial index that serves it.</summary>
internal static class ReadSql
{
    public const string StoreId = "SELECT value FROM meta WHERE name = 'store_id'";

    public const string Find = $"SELECT {TaskRow.Columns} FROM task WHERE id = @id";

    /// <summary>The ids are a JSON array.</summary>
    public const string FindMany = $"SELECT {TaskRow.Columns} FROM task WHERE id IN (SELECT value FROM json_each(@ids))";

    public const string Standings = $"SELECT {StandingRow.Columns} FROM task WHERE id IN (SELECT value FROM json_each(@ids))";

    public const string FindKey = "SELECT request_sha, task_ids FROM idempotency WHERE key = @key AND expires_us > @now";

    public const string Count = "SELECT state, count(*) AS count FROM task GROUP BY state";

    public const string CountState = "SELECT count(*) FROM task WHERE state = @state";

    public const string Queued = $"SELECT {QueuedRow.Columns} FROM task WHERE state = 'queued'";

    public const string Held =
        $"SELECT {QueuedRow.Columns} FROM task WHERE wait_kind IS NOT NULL AND wait_kind = @kind AND queued_us IS NOT NULL";

    public const string NeverStarted = "SELECT id FROM task WHERE state IN ('queued', 'scheduled', 'awaiting_input') AND attempt = 0";

    public const string SameInputs =
        $"SELECT {TaskRow.Columns} FROM task WHERE inputs_sha IS NOT NULL AND inputs_sha = @sha ORDER BY seq DESC LIMIT @limit";

    public const string OfWorkflow =
        $"SELECT {TaskRow.Columns} FROM task WHERE workflow IS NOT NULL AND workflow = @workflow ORDER BY seq DESC LIMIT @limit";

    public const string Waiting = $"SELECT {TaskRow.Columns} FROM task WHERE wait_kind IS NOT NULL AND wait_kind = @kind ORDER BY seq";

    /// <summary>Only a scheduled task has a time. To ask for the state too would make SQLite take the index of states and sort.</summary>
    public const string Due =
        $"SELECT {TaskRow.Columns} FROM task WHERE due_us IS NOT NULL AND due_us <= @now ORDER BY due_us, seq LIMIT @limit";

    public const string NextDue = "SELECT due_us FROM task WHERE due_us IS NOT NULL ORDER BY due_us LIMIT 1";

    public const string InAttempt = $"SELECT {TaskRow.Columns} FROM task WHERE in_attempt = 1 ORDER BY seq";

    /// <summary>Only an ended task has an end: to ask for the state too would make SQLite take the index of states and sort.</summary>
    public const string Unread =
        $"SELECT {TaskRow.Columns} FROM task WHERE ended_us IS NOT NULL AND read_us IS NULL ORDER BY ended_us, seq LIMIT @limit";

    public const string CountUnread = "SELECT count(*) FROM task WHERE ended_us IS NOT NULL AND read_us IS NULL";

    public const string Expired = $"""
        SELECT {TaskRow.Columns} FROM task WHERE lease_node IS NOT NULL AND lease_until_us <= @now
        ORDER BY lease_until_us, seq LIMIT @limit
        """;

    public const string LiveOutput =
        "SELECT id FROM task WHERE output = @output AND output IS NOT NULL AND state <> 'ended' AND id <> @except";

    public const string Attempts = $"SELECT {AttemptRow.Columns} FROM attempt WHERE task_id = @id ORDER BY n";

    public const string Events = $"SELECT {StoredEventRow.Columns} FROM event WHERE seq > @after ORDER BY seq LIMIT @limit";

    /// <summary>A task's versions grow with the sequence.</summary>
    public const string TaskEvents =
        $"SELECT {StoredEventRow.Columns} FROM event WHERE task_id = @id AND seq > @after ORDER BY version LIMIT @limit";

    public const string LastSeq = "SELECT coalesce(max(seq), 0) FROM event";

    private const string Sums = """
        coalesce(sum(json_extract(u.usage, '$.output')), 0) AS output, coalesce(sum(json_extract(u.usage, '$.thinking')), 0) AS thinking,
        coalesce(sum(json_extract(u.usage, '$.input')), 0) AS input, coalesce(sum(json_extract(u.usage, '$.cacheRead')), 0) AS cache_read,
        coalesce(sum(json_extract(u.usage, '$.cacheWrite')), 0) AS cache_write, sum(json_extract(u.usage, '$.costUsd')) AS cost_usd,
        coalesce(max(json_extract(u.usage, '$.estimated')), 0) AS estimated
        """;

    private const string NotRehearsed = "coalesce(json_extract(t.spec, '$.rehearsal'), 0) = 0";

    /// <summary>A CROSS JOIN is read in its own order, which keeps SQLite from beginning with the tasks: the attempts of the time asked for are few.</summary>
    public const string Spent = $"""
        SELECT {Sums} FROM attempt u CROSS JOIN task t
        WHERE u.ended_us IS NOT NULL AND u.ended_us >= @since AND t.id = u.task_id AND {NotRehearsed}
        """;

    /// <summary>A task's own usage is that of all its ended attempts.</summary>
    public const string SpentByGroup = $"""
        SELECT {Sums} FROM task u
        WHERE u.group_name IS NOT NULL AND u.group_name = @groupName AND coalesce(json_extract(u.spec, '$.rehearsal'), 0) = 0
        """;

    /// <summary>Every candidate is looked at from the newest on, until there are enough.</summary>
    public const string Recent = $"""
        SELECT {TaskRow.Columns} FROM task t
        WHERE type = @type AND agent = @agent AND outcome IS NOT NULL AND {NotRehearsed}
        ORDER BY seq DESC LIMIT @limit
        """;

    public const string Mark = "SELECT value FROM mark WHERE name = @name";

    public const string Newest = "SELECT id FROM task ORDER BY seq DESC LIMIT 1";

    public const string WithId = "SELECT id FROM task WHERE id = @reference";

    public const string NewestWithName = "SELECT id FROM task WHERE name = @reference AND name IS NOT NULL ORDER BY seq DESC LIMIT 1";

    /// <summary>Ranges and not LIKE: they take the index, and no character has a meaning of its own.</summary>
    public const string WithPrefix = """
        SELECT id FROM (SELECT id FROM task WHERE id >= @reference AND id < @beyond ORDER BY id DESC LIMIT @limit)
        UNION
        SELECT id FROM (SELECT id FROM task WHERE handle >= @reference AND handle < @beyond ORDER BY handle DESC LIMIT @limit)
        ORDER BY id DESC LIMIT @limit
        """;

    /// <summary>
    /// One arm for each state or outcome asked for, each read from its index newest first and merged: an IN would make
    /// SQLite sort all the matching tasks for the sake of one page. Null when no task can match.
    /// </summary>
    public static string? List(TaskQuery query)
    {
        List<string> arms = [];
        if (query.Outcomes.Count > 0)
        {
            if (query.States.Count > 0 && !query.States.Contains(TaskState.Ended)) return null;
            arms.AddRange(query.Outcomes.Distinct().Select(o => $"outcome = '{o.Text()}' AND outcome IS NOT NULL AND "));
        }
        else
        {
            arms.AddRange(query.States.Distinct().Select(s => $"state = '{s.Text()}' AND "));
        }

        if (arms.Count == 0) arms.Add("");
        var sql = new StringBuilder();
        foreach (var arm in arms)
        {
            if (sql.Length > 0) sql.Append(" UNION ALL ");
            sql.Append("SELECT ").Append(TaskRow.Columns).Append(", seq FROM task WHERE ").Append(arm)
                .Append(query.Group is null ? "" : "group_name IS NOT NULL AND group_name = @groupName AND ").Append("seq < @before");
        }

        return sql.Append(" ORDER BY seq DESC LIMIT @limit").ToString();
    }

    public const string SeqOf = "SELECT seq FROM task WHERE id = @id";
}
