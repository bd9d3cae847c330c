using Awoc.Cli.Views;
using Awoc.Client.Wire;

namespace Awoc.Cli.Tests.Views;

public class TaskDetailTests
{
    [Fact]
    public void Write_FailedTask_ShowsWhyAndWhatNext()
    {
        var task = FakeDaemon.NewTask("1763876543-cccccccccccc", "ended") with
        {
            Outcome = "budget_exhausted", Reason = "tokens", Result = "partial", ResultPath = "/t/partial-results.txt", Output = "/src/project/out.md",
            Detail = "The token budget of 5000 was spent.", RunMs = 61_000, Rehearsal = true, ExitCode = 3,
            Usage = new UsageView(5100, 200, 10, 20, 30, CostUsd: 0.1m),
            Attempts = [new AttemptView { Number = 1, Outcome = "budget_exhausted", Reason = "tokens", Session = "s-1", Usage = new UsageView(5100, 0, 0, 0, 0), StartedAt = DateTimeOffset.UnixEpoch }],
        };
        var writer = new StringWriter { NewLine = "\n" };

        TaskDetail.Write(writer, task, DateTimeOffset.UnixEpoch);

        var text = writer.ToString();
        Assert.Contains("state         budget_exhausted (tokens)\n", text);
        Assert.Contains("why           The token budget of 5000 was spent.\n", text);
        Assert.Contains("rehearsal     yes", text);
        Assert.Contains("tokens        5,100 of 5,000 (102 %), 200 of them thinking\n", text);
        Assert.Contains("cost          $0.10 at list price\n", text);
        Assert.Contains("time          1m01s of 10m\n", text);
        Assert.Contains("output        /src/project/out.md (not delivered)\n", text);
        Assert.Contains("attempt 1     budget_exhausted (tokens), 5,100 tokens", text);
        Assert.Contains("next          awoc output cccccccccccc\n", text);
    }
}
