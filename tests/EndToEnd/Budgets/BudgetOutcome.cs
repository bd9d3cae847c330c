using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Budgets;

/// <summary>What came of one run, by the server's own count.</summary>
internal sealed record BudgetOutcome(BudgetRun Run)
{
    public const string Claims = "tokens generated ≤ budget; work share spent → report turn; a result that can be read";

    /// <summary>All that the server generated for this task, cut and abandoned streams included.</summary>
    public long Generated { get; init; }

    /// <summary>The part of it in answers to requests that forbid tools: the report turn.</summary>
    public long Reported { get; init; }

    public bool HadReportTurn { get; init; }

    /// <summary>Sub-agents whose requests the server answered.</summary>
    public int Subagents { get; init; }

    public bool EndedByBudget { get; init; }

    /// <summary>What AWOC itself says was generated.</summary>
    public long Counted { get; init; }

    public string End { get; init; } = "";

    public int ResultLength { get; init; }

    /// <summary>From the launch's acceptance to the task's end, by AWOC's clock.</summary>
    public long Milliseconds { get; init; }

    /// <summary>Until whoever waited for the end was told.</summary>
    public long WaitedMilliseconds { get; init; }

    /// <summary>What does not hold, and what is needed to see why; empty when all does.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public string Evidence { get; init; } = "";

    public double Use => (double)Generated / Run.Budget;

    public override string ToString() =>
        $"{Run.Number,4} {Run.Agent,-7} B {Run.Budget,6} W {Run.Split.Work,6} R {Run.Split.Report,5}  generated {Generated,6} ({Use,4:P0}), counted {Counted,6}, "
        + $"report {(HadReportTurn ? Reported.ToString(System.Globalization.CultureInfo.InvariantCulture) : "-"),5}, result {ResultLength,6} chars, {Milliseconds,6} ({WaitedMilliseconds}) ms, sub-agents {Subagents} of {Run.Subagents}, {End}"
        + string.Concat(Faults.Select(f => $"\n       FAULT: {f}"));

    public static async Task<BudgetOutcome> OfAsync(AwocSandbox awoc, BudgetRun run)
    {
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        await using var task = await RehearsedTask.LaunchAsync(
            awoc, "random", run.Scenario,
            "custom:anything", $"out-{run.Number}.md", "--agent", run.Agent, "--tokens", $"{run.Budget}", "--timeout", "90");
        var status = await task.EndAsync();
        var waited = (long)System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        var output = await awoc.AwocAsync("output", task.Id);
        var requests = task.Log.MessageRequests;
        var outcome = (string?)status["outcome"];
        var made = new BudgetOutcome(run)
        {
            Generated = task.Log.TotalGeneratedTokens,
            Reported = requests.Where(r => r.ToolChoice == "none").Sum(r => (long)r.GeneratedTokens),
            HadReportTurn = requests.Any(r => r is { ToolChoice: "none", Status: 200 }),
            Subagents = requests.Where(r => r is { AgentId: not null, GeneratedTokens: > 0 }).Select(r => r.AgentId).Distinct().Count(),
            EndedByBudget = outcome == "budget_exhausted",
            Counted = (long?)status["usage"]?["output"] ?? 0,
            End = $"{outcome} {status["reason"]} {status["result"]}",
            ResultLength = output.Out.Trim().Length,
            Milliseconds = (long)((DateTimeOffset)status["endedAt"]! - (DateTimeOffset)status["createdAt"]!).TotalMilliseconds,
            WaitedMilliseconds = waited,
        };
        var faults = made.Judge(outcome, output);
        return faults.Count == 0
            ? made
            : made with { Faults = faults, Evidence = $"{run.Yaml[..Math.Min(run.Yaml.Length, 2_000)]}\n{task.Requests()}\n{status.ToJsonString()}\n{output.Error}\n{awoc.Diagnose(task.Id)}" };
    }

    private List<string> Judge(string? outcome, Ran output)
    {
        var faults = new List<string>();
        if (Generated > Run.Budget) faults.Add($"{Generated} tokens generated of {Run.Budget}: {Generated - Run.Budget} too many");
        if (Counted != Generated) faults.Add($"AWOC counts {Counted} tokens, the server generated {Generated}");
        if (outcome is not ("succeeded" or "budget_exhausted")) faults.Add($"ended {End}, neither done nor at its budget");
        if (outcome == "budget_exhausted" && !HadReportTurn) faults.Add("its budget ended the work, and there was no report turn");
        if (Run.Subagents > 0 && Subagents == 0) faults.Add($"none of its {Run.Subagents} sub-agents was heard of");
        if (output.Code != 0 || ResultLength == 0) faults.Add($"no result to read: 'awoc output' ended {output.Code}");
        return faults;
    }
}
