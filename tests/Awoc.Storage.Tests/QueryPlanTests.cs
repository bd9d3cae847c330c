using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Awoc.Storage.Tests;

/// <summary>
/// Every statement finds its rows by an index and reads them in order: no table is scanned and nothing is sorted, however
/// many tasks are stored.
/// </summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private SqliteConnection? _connection;

    public static TheoryData<string, string> Statements => new()
    {
        { ReadSql.Find, "sqlite_autoindex_task_1" },
        { ReadSql.FindKey, "PRIMARY KEY" },
        { ReadSql.Count, "task_state" },
        { ReadSql.CountState, "task_state" },
        { ReadSql.Queued, "task_state" },
        { ReadSql.Held, "task_waiting" },
        { ReadSql.NeverStarted, "task_state" },
        { ReadSql.Waiting, "task_waiting" },
        { ReadSql.Due, "task_due" },
        { ReadSql.NextDue, "task_due" },
        { ReadSql.InAttempt, "task_in_attempt" },
        { ReadSql.Unread, "task_unread" },
        { ReadSql.CountUnread, "task_unread" },
        { ReadSql.Expired, "task_lease" },
        { ReadSql.LiveOutput, "task_live_output" },
        { ReadSql.Attempts, "PRIMARY KEY" },
        { ReadSql.Events, "INTEGER PRIMARY KEY" },
        { ReadSql.TaskEvents, "event_task" },
        { ReadSql.LastSeq, "SEARCH event" },
        { ReadSql.WithId, "sqlite_autoindex_task_1" },
        { ReadSql.NewestWithName, "task_name" },
        { ReadSql.Spent, "attempt_ended" },
        { ReadSql.SpentByGroup, "task_group" },
        { ReadSql.Recent, "task_type" },
        { ReadSql.SameInputs, "task_inputs" },
        { ReadSql.OfWorkflow, "task_workflow" },
        { ReadSql.Mark, "PRIMARY KEY" },
        { WriteSql.DropMark, "PRIMARY KEY" },
        { ReadSql.SeqOf, "sqlite_autoindex_task_1" },
        { WriteSql.UpdateTask, "sqlite_autoindex_task_1" },
        { WriteSql.TaskExists, "sqlite_autoindex_task_1" },
        { WriteSql.TaskStands, "sqlite_autoindex_task_1" },
        { WriteSql.LiveOutput, "task_live_output" },
        { WriteSql.AdoptAttempt, "PRIMARY KEY" },
        { WriteSql.EndAttempt, "PRIMARY KEY" },
        { WriteSql.SaveProgress, "PRIMARY KEY" },
        { WriteSql.RenewLeases, "task_lease" },
        { WriteSql.FindKey, "PRIMARY KEY" },
        { WriteSql.ExpireKeys, "idempotency_expiry" },
    };

    public async ValueTask InitializeAsync()
    {
        var path = _directory.File("awoc.db");
        await using (await SqliteTaskStore.OpenAsync(path, TimeProvider.System, TestContext.Current.CancellationToken))
        {
        }

        _connection = new SqliteDatabase(path).OpenReader();
    }

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public void Statement_Plan_UsesItsIndex(string sql, string index)
    {
        var plan = Plan(sql);

        Assert.Contains(index, plan, StringComparison.Ordinal);
        AssertNoScanOrSort(plan, whole: sql is ReadSql.Unread or ReadSql.CountUnread || sql == ReadSql.Count || sql == ReadSql.InAttempt || sql == WriteSql.RenewLeases || sql == ReadSql.NextDue);
    }

    [Fact]
    public void Resolve_Prefix_SearchesBothIndices()
    {
        var plan = Plan(ReadSql.WithPrefix);

        Assert.Contains("SEARCH task USING COVERING INDEX sqlite_autoindex_task_1 (id>? AND id<?)", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH task USING INDEX task_handle (handle>? AND handle<?)", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void List_NoFilter_WalksFromTheNewest()
    {
        var plan = Plan(ReadSql.List(new TaskQuery([], [], 10))!);

        Assert.Contains("SEARCH task USING INTEGER PRIMARY KEY (rowid<?)", plan, StringComparison.Ordinal);
        AssertNoScanOrSort(plan);
    }

    [Fact]
    public void List_AnyStates_MergesTheirIndexRanges()
    {
        foreach (var states in Subsets(Enum.GetValues<TaskState>()))
        {
            var plan = Plan(ReadSql.List(new TaskQuery(states, [], 10))!);

            Assert.Equal(states.Count, Count(plan, "SEARCH task USING INDEX task_state (state=? AND "));
            AssertNoScanOrSort(plan);
        }
    }

    [Fact]
    public void List_AnyOutcomes_MergesTheirIndexRanges()
    {
        foreach (var outcomes in Subsets(Enum.GetValues<TaskOutcome>()))
        {
            var plan = Plan(ReadSql.List(new TaskQuery([], outcomes, 10))!);

            Assert.Equal(outcomes.Count, Count(plan, "SEARCH task USING INDEX task_outcome"));
            AssertNoScanOrSort(plan);
        }
    }

    private static void AssertNoScanOrSort(string plan, bool whole = false)
    {
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
        Assert.DoesNotMatch(whole ? @"SCAN \w+(?! USING)" + "\n" : "SCAN", plan);
    }

    private static IEnumerable<List<T>> Subsets<T>(T[] all) =>
        Enumerable.Range(1, (1 << all.Length) - 1).Select(bits => all.Where((_, i) => (bits >> i & 1) == 1).ToList());

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private string Plan(string sql)
    {
        using var command = _connection!.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;

        // A plan needs the names bound, not values.
        foreach (var name in System.Text.RegularExpressions.Regex.Matches(sql, @"@\w+|\?\d+").Select(m => m.Value).Distinct())
        {
            command.Parameters.AddWithValue(name, 1L);
        }

        using var reader = command.ExecuteReader();
        var plan = new System.Text.StringBuilder();
        while (reader.Read()) plan.Append(reader.GetString(3)).Append('\n');
        return plan.ToString();
    }
}
