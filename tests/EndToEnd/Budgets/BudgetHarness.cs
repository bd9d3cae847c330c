using System.Collections.Concurrent;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Budgets;

/// <summary>Runs randomized budgets, some at once under one daemon, and sums up.</summary>
internal static class BudgetHarness
{
    private const int AtOnce = 4;

    public static async Task<IReadOnlyList<BudgetOutcome>> RunAsync(int seed, int first, int count)
    {
        await using var awoc = new AwocSandbox().WithClaude();
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "README.md"), "# A project\n");
        foreach (var (key, value) in new[] { ("concurrency", $"{AtOnce}"), ("agents.claude.tools", "Read, Write, Edit, Bash, Grep, Glob, Agent") })
        {
            var set = await awoc.AwocAsync("config", "set", key, value);
            if (set.Code != 0) throw new InvalidOperationException(set.Error);
        }

        var outcomes = new ConcurrentBag<BudgetOutcome>();
        await Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, _) =>
            {
                var outcome = await BudgetOutcome.OfAsync(awoc, BudgetRun.Make(seed, number));
                outcomes.Add(outcome);
                Console.WriteLine(outcome);
            });
        return [.. outcomes.OrderBy(o => o.Run.Number)];
    }
}
