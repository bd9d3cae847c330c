using System.Collections.Immutable;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;

namespace Awoc.StoreBench;

/// <summary>Tasks as a user launches them.</summary>
internal static class Samples
{
    private static readonly ImmutableSortedDictionary<string, string> s_environment = ImmutableSortedDictionary<string, string>.Empty
        .Add("HOME", "/home/user").Add("LANG", "C.UTF-8").Add("PATH", "/usr/local/bin:/usr/bin:/bin");

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public static TaskSpec Spec { get; } = new()
    {
        Type = "code-analysis",
        Description = "Find the entry points of this repository and say what each is for",
        Agent = "claude",
        Model = "sonnet",
        Budget = Budget.Default,
        Cwd = "/home/user/project",
        Environment = s_environment,
    };

    public static Decision.Accepted Launch() => TaskLifecycle.Launch(TaskId.New(TimeProvider.System), Spec, Now);

    public static Decision.Accepted Dispatch(AgentTask task) => Decide(task, new TaskCommand.Dispatch("node-1"));

    public static Decision.Accepted Finish(AgentTask task) => Decide(
        task,
        new TaskCommand.Finish(
            task.Fence,
            new Usage(4321, 100, 2000, 30_000, 4000) { CostUsd = 0.12m },
            61_234,
            new TaskEnding
            {
                Outcome = TaskOutcome.Succeeded,
                Result = TaskResult.Complete,
                ResultPath = "/home/user/project/entry-points.md",
                Delivered = true,
                Summary = "Three entry points, each explained.",
            }));

    private static Decision.Accepted Decide(AgentTask task, TaskCommand command) => (Decision.Accepted)TaskLifecycle.Decide(task, command, Now);
}
