using Awoc.Cli.Verbs;
using Awoc.Cli.Views;
using Awoc.Client.Wire;

namespace Awoc.Cli.Tests.Views;

public sealed class WorkflowTextTests
{
    private static readonly WorkflowCheckView s_workflow = new()
    {
        Name = "w",
        Faults = [],
        Inputs = [new WorkflowInputView("topic", null, "what about")],
        Tasks =
        [
            new WorkflowTaskView { Key = "end", Level = 0, Type = "research", Output = "a\"<b>.md" },
            new WorkflowTaskView { Key = "b-c", Level = 1, After = ["end"], When = "tasks.end.json.n > 3" },
            new WorkflowTaskView { Key = "b_c", Level = 2, Any = ["end"], Ended = ["b-c"] },
        ],
    };

    [Fact]
    public void WriteMermaid_WordsAndSignsOfTheLanguage_AreNamesAndText()
    {
        var text = new StringWriter { NewLine = "\n" };
        WorkflowText.WriteMermaid(text, s_workflow);
        Assert.Equal(
            """
            flowchart TD
              t_end["end<br/>research<br/>a#quot;#lt;b#gt;.md"]
              t_b_c["b-c<br/>custom<br/>when tasks.end.json.n #gt; 3"]
              t_b__c["b_c<br/>custom"]
              t_end --> t_b_c
              t_end -. any .-> t_b__c
              t_b_c -. ended .-> t_b__c

            """,
            text.ToString());
    }

    [Fact]
    public void WriteLevels_Needs_StandBeneathTheirTask()
    {
        var text = new StringWriter { NewLine = "\n" };
        WorkflowText.WriteLevels(text, s_workflow);
        Assert.Contains("input topic (must be given): what about\n", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("level 3\n  b_c  custom\n         after any of end\n         after the end of b-c\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ExitCode_OfSteps_IsTheWorstAndSkippedOnesAreNeutral()
    {
        Assert.Equal(0, WorkflowText.ExitCode(Run(Task("succeeded"), Task("canceled", "skipped"))));
        Assert.Equal(124, WorkflowText.ExitCode(Run(Task("succeeded"), Task("timed_out"), Task("canceled", "skipped"))));
        Assert.Equal(1, WorkflowText.ExitCode(Run(Task("failed", "dependency_failed"), Task("timed_out"))));
    }

    [Fact]
    public void Summary_OfARun_HasALineForEachStepAndEscapesWhatItPrints()
    {
        var text = WorkflowSummary.Text(Run(Task("succeeded") with { Output = "/a|b.md" }, Task("failed", "stalled") with { Detail = "no\nsign <of> life" }, Task("canceled", "skipped")));
        Assert.Contains("| s0 | succeeded | 0 | 0.0s |  | /a\\|b.md |\n", text, StringComparison.Ordinal);
        Assert.Contains("| s2 | skipped |", text, StringComparison.Ordinal);
        Assert.EndsWith("\n**s1**: no sign &lt;of> life\n", text, StringComparison.Ordinal);
    }

    private static WorkflowRunView Run(params TaskView[] tasks) => new()
    {
        Workflow = "w",
        Run = "w-1",
        Steps = [.. tasks.Select((t, i) => new WorkflowStepView { Key = $"s{i}", Action = "run", Task = t })],
    };

    private static TaskView Task(string outcome, string? reason = null) => new()
    {
        Id = "1763876543-9f86d081884c",
        Type = "custom",
        State = "ended",
        Outcome = outcome,
        Reason = reason,
        Result = "none",
        Verification = "not_checked",
        Agent = "command",
        Cwd = "/",
        Directory = "/",
        Queue = "default",
        Usage = new UsageView(0, 0, 0, 0, 0),
        Budget = new BudgetView(null, 60),
        Policy = new PolicyView("stop", "default", "deny"),
        Version = 1,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
