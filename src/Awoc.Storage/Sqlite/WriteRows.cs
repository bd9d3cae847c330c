using Awoc.Core.Lifecycle;
using Awoc.Core.Store;
using Awoc.Core.Tasks;

namespace Awoc.Storage.Sqlite;

/// <summary>An event as its row: its JSON is written by the caller's thread, which the writer's is spared.</summary>
internal readonly record struct EventRow(long Version, string Kind, long AtUs, string Data)
{
    /// <summary>The rows of a decision's events; the last of them brings the task to the version of the decision.</summary>
    public static EventRow[] Of(Decision.Accepted decision)
    {
        var rows = new EventRow[decision.Events.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            var e = decision.Events[i];
            var version = decision.Next.Version - rows.Length + 1 + i;
            rows[i] = new EventRow(version, StoredJson.Kind(e), Microseconds.From(e.At), StoredJson.Text(e));
        }

        return rows;
    }
}

/// <summary>A task to be launched.</summary>
internal sealed record LaunchRow(AgentTask Task, string Spec, string Usage, EventRow[] Events)
{
    public static LaunchRow Of(Decision.Accepted launch) =>
        new(launch.Next, StoredJson.Text(launch.Next.Spec), StoredJson.Text(launch.Next.Usage), EventRow.Of(launch));
}

/// <summary>A decision to be committed.</summary>
internal sealed record CommitRow(TaskCommit Commit, string Usage, EventRow[] Events, LaunchRow? Also)
{
    public static CommitRow Of(TaskCommit commit) =>
        new(commit, StoredJson.Text(commit.Decision.Next.Usage), EventRow.Of(commit.Decision), commit.Also is { } also ? LaunchRow.Of(also) : null);
}
