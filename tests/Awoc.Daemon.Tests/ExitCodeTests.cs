using Awoc.Client;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.TaskFolders;

namespace Awoc.Daemon.Tests;

public sealed class ExitCodeTests
{
    /// <summary>The engine writes the code into a task's file and may not know the client; both have to say the same.</summary>
    [Fact]
    public void ExitCodeOf_EveryOutcome_IsTheClients()
    {
        var spec = new TaskSpec { Type = "custom", Agent = "command", Budget = Budget.Default, Cwd = "/" };
        var task = TaskLifecycle.Launch(TaskId.New(TimeProvider.System), spec, DateTimeOffset.UnixEpoch).Next;

        foreach (var outcome in Enum.GetValues<TaskOutcome>())
            Assert.Equal(ExitCodes.OfOutcome(outcome.Text()), TaskConfigFile.ExitCodeOf(task with { Outcome = outcome }));
        Assert.Null(TaskConfigFile.ExitCodeOf(task));
    }
}
