using System.Globalization;
using Awoc.Cli.Terminal;
using Awoc.Cli.Views;
using Awoc.Client.Wire;

namespace Awoc.Cli.Reports;

/// <summary>The plan of a batch for a person.</summary>
internal static class PlanText
{
    private const int ShownSets = 20;
    private const int ShownTasks = 8;

    public static void Write(TextWriter writer, BatchPlanView plan)
    {
        var estimate = plan.Estimate!;
        writer.WriteLine($"{Count(estimate.Tasks, "task")} in {Count(plan.Sets.Count, "set")}, group {Printable.Line(plan.Batch!.Group!)}");
        foreach (var set in plan.Sets.Take(ShownSets))
        {
            var tasks = string.Join(", ", set.Tasks.Take(ShownTasks).Select(Printable.Line)) + (set.Tasks.Count > ShownTasks ? $" and {set.Tasks.Count - ShownTasks} more" : "");
            var with = $"{set.Agent}{(set.Model is { } model ? $" {model}" : "")}, {set.Family.Replace('_', ' ')}";
            writer.WriteLine($"  {with}{(set.Context > 0 ? $", {Count(set.Context, "context file")}" : "")}: {tasks}");
        }

        if (plan.Sets.Count > ShownSets) writer.WriteLine($"  and {plan.Sets.Count - ShownSets} sets more");
        var past = estimate.Known == 0
            ? "no earlier tasks to go by: up to their budgets"
            : estimate.Known == estimate.Tasks ? "by earlier tasks of their types" : $"{estimate.Known} of {estimate.Tasks} by earlier tasks of their types, the others up to their budgets";
        writer.WriteLine($"estimate  {Range(estimate.Tokens, n => n.ToString("#,0", CultureInfo.InvariantCulture))} tokens, {Range(estimate.CostUsd, Dollars)}, "
            + $"{Range(estimate.Seconds, n => Figures.Duration((long)n * 1000))} ({past})");
        writer.WriteLine($"budget    {estimate.MostTokens.ToString("#,0", CultureInfo.InvariantCulture)} tokens, {(estimate.MostUsd is { } usd ? $"{Dollars(usd)} at most" : "no limit in money (--max-cost)")}");
    }

    public static string Dollars(decimal usd) => usd.ToString("0.00##", CultureInfo.InvariantCulture) + " USD";

    private static string Range(RangeView range, Func<decimal, string> text) => range.High switch
    {
        null => $"{text(range.Low)} or more",
        { } high when high == range.Low => text(high),
        { } high => $"{text(range.Low)} to {text(high)}",
    };

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count.ToString(CultureInfo.InvariantCulture)} {what}s";
}
