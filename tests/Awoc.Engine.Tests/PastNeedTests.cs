using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;
using Awoc.Engine.Launching;

namespace Awoc.Engine.Tests;

public sealed class PastNeedTests
{
    [Fact]
    public void Of_ThreeQuartersNeededMore_SaysHowMuch() => Assert.Equal(
        "of the last 4 research tasks with claude that succeeded, a quarter needed 7,000 tokens or more (at most 9,000); this one has 5,000: more with --tokens",
        PastNeed.Of(Spec(5000), [Ended(4000), Ended(9000), Ended(7000), Ended(1000)]));

    [Fact]
    public void Of_MostSpentTheirBudget_SaysSo() => Assert.Equal(
        "2 of the last 3 research tasks with claude spent their token budget before they were done; this one has 5,000: more with --tokens",
        PastNeed.Of(Spec(5000), [Spent(5000), Ended(900), Spent(8000)]));

    [Fact]
    public void Of_EnoughOrTooLittleKnown_IsSilent()
    {
        Assert.Null(PastNeed.Of(Spec(5000), []));
        Assert.Null(PastNeed.Of(Spec(5000), [Ended(9000), Ended(9000)]));
        Assert.Null(PastNeed.Of(Spec(5000), [Ended(4000), Ended(5000), Ended(3000), Ended(9000)]));

        // What spent a smaller budget says nothing about this one.
        Assert.Null(PastNeed.Of(Spec(20_000), [Spent(5000), Spent(5000), Spent(5000)]));
    }

    private static TaskSpec Spec(long tokens) => new()
    {
        Type = "research",
        Agent = "claude",
        Model = "sonnet",
        Budget = new Budget(tokens, 600),
        Cwd = "/",
    };

    private static AgentTask Ended(long used) => Task(used, 10_000) with { Outcome = TaskOutcome.Succeeded };

    private static AgentTask Spent(long budget) => Task(budget, budget) with { Outcome = TaskOutcome.BudgetExhausted, Reason = EndReason.Tokens };

    private static AgentTask Task(long used, long budget) =>
        TaskLifecycle.Launch(TaskId.New(TimeProvider.System), Spec(budget), DateTimeOffset.UnixEpoch).Next with { State = TaskState.Ended, Usage = new Usage(used) };
}
