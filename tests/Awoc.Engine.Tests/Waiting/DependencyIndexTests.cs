using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Waiting;

namespace Awoc.Engine.Tests.Waiting;

public sealed class DependencyIndexTests
{
    private static readonly TaskId s_first = TaskId.Parse("1763876543-000000000001");
    private readonly DependencyIndex _index = new();

    [Fact]
    public void Note_OldNewsOfAWaitAfterItsEnd_IsLeftOut()
    {
        _index.Note(Task(5, TaskState.Ended));
        _index.Note(Task(2, TaskState.Scheduled));

        Assert.Equal(0, _index.Count);
        Assert.Empty(_index.Unknown);
    }

    [Fact]
    public void Note_WaitsAnew_IsKept()
    {
        _index.Note(Task(2, TaskState.Scheduled));
        _index.Note(Task(3, TaskState.Queued));
        _index.Note(Task(4, TaskState.Scheduled));

        Assert.Equal(1, _index.Count);
        Assert.Equal([s_first], _index.Unknown);
    }

    private static AgentTask Task(long version, TaskState state) => new()
    {
        Id = TaskId.Parse("1763876543-000000000002"),
        Version = version,
        State = state,
        WaitKind = state == TaskState.Scheduled ? WaitKind.Dependency : null,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Spec = new TaskSpec { Type = "custom", Agent = "command", Cwd = "/", Budget = Budget.Default, Start = new StartCondition { After = [s_first] } },
    };
}
