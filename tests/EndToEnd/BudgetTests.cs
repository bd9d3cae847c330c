using System.Globalization;
using Awoc.EndToEnd.Budgets;

namespace Awoc.EndToEnd;

/// <summary>
/// Randomized budgets, real agents, and a model server that obeys <c>max_tokens</c> and counts what it generates: half the runs
/// with Claude Code, half with the built-in agent.
/// </summary>
public sealed class BudgetTests
{
    /// <summary>20 in <c>./test</c>; <c>eng/budget-test</c> asks for 200.</summary>
    private static readonly int s_runs = Number("AWOC_BUDGET_RUNS") ?? 20;

    /// <summary>Skips so many runs of the seed: <c>AWOC_BUDGET_FIRST=7 AWOC_BUDGET_RUNS=1</c> repeats one alone.</summary>
    private static readonly int s_first = Number("AWOC_BUDGET_FIRST") ?? 0;

    [Fact]
    public async Task RandomBudgets_ByTheServersCount_HoldAndEndWithAReport()
    {
        var seed = Number("AWOC_BUDGET_SEED") ?? Environment.TickCount & 0xFFFFFF;
        Console.WriteLine($"budget test: AWOC_BUDGET_SEED={seed} AWOC_BUDGET_RUNS={s_runs} AWOC_BUDGET_FIRST={s_first}");
        var outcomes = await BudgetHarness.RunAsync(seed, s_first, s_runs);

        var faulty = outcomes.Where(o => o.Faults.Count > 0).ToList();
        var limited = outcomes.Where(o => o.EndedByBudget).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{outcomes.Count} runs, {limited.Count} ended by their budget using {limited.Select(o => o.Use).DefaultIfEmpty().Average():P1} of it on average, {outcomes.Sum(o => o.Subagents)} sub-agents in {outcomes.Count(o => o.Subagents > 0)} runs, {faulty.Count} with faults"));
        Assert.True(faulty.Count == 0, $"seed {seed}: {BudgetOutcome.Claims}\n{string.Join("\n\n", faulty.Select(o => $"{o}\n{o.Evidence}"))}");
        if (s_first == 0) Assert.Contains(outcomes, o => o.Subagents > 1);

        if (s_runs < 10) return;
        Assert.NotEmpty(limited);

        // The average of a few runs is a matter of chance.
        if (s_runs < 100) return;
        Assert.True(limited.Average(o => o.Use) >= 0.75, $"seed {seed}: {limited.Average(o => o.Use):P1} of the budget was used on average\n{string.Join('\n', limited)}");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
