using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Supervision;

namespace Awoc.Engine.Launching;

/// <summary>
/// Money for a whole batch. Every task gets the limit of its group, which none goes beyond together; those without one of their own share
/// alike what the others' and earlier tasks of the group leave, so that they can run side by side: a task that might need all of it would run alone.
/// </summary>
internal static class BatchMoney
{
    private const string Flag = "--max-cost";

    /// <param name="isRepeat">It was launched before: what the group has spent since is its own.</param>
    public static async Task<IReadOnlyList<SpecAnswer>> SpreadAsync(
        EnginePorts ports, BatchOrder batch, IReadOnlyList<SpecAnswer> drafts, bool isRepeat, CancellationToken cancellation)
    {
        if (batch.MaxCost is not { } given) return drafts;
        if (!LimitTexts.TryCost(given, out var cost)) return Refused(LimitTexts.CostAllowed);
        await ports.LearnAsync(batch.Group, cancellation);
        var spent = !isRepeat && batch.Group is { } name ? ports.Pools.SpentBy(name).CostUsd ?? 0 : 0;
        if (cost <= spent) return Refused($"more than the {Dollars(spent)} dollars that the group {batch.Group} has spent already: raise it, or name another group (--group)");
        List<SpecAnswer.Made> paying = [.. drafts.OfType<SpecAnswer.Made>().Where(d => d.Spec.Model is not null)];
        var open = paying.Count(d => d.Spec.Budget.CostUsd is null);
        var left = cost - spent - paying.Sum(d => d.Spec.Budget.CostUsd ?? 0);
        var share = open == 0 ? 0 : decimal.Round(left / open, 4, MidpointRounding.ToZero);
        if (open > 0 && !LimitTexts.TryCost(share.ToString(CultureInfo.InvariantCulture), out _))
        {
            var before = spent > 0 ? $" and the {Dollars(spent)} that the group has spent" : "";
            return Refused($"more: {open} tasks without a limit of their own share what the others' limits{before} leave, {Dollars(Math.Max(0, left))} dollars");
        }

        return [.. drafts.Select(d => d is SpecAnswer.Made made ? Limited(ports, batch, made, cost, share) : d)];

        IReadOnlyList<SpecAnswer> Refused(string allowed) => [new SpecAnswer.Faulty([new SpecFault(Flag, given, allowed)]), .. drafts.Skip(1)];
    }

    private static string Dollars(decimal amount) => amount.ToString("0.####", CultureInfo.InvariantCulture);

    private static SpecAnswer Limited(EnginePorts ports, BatchOrder batch, SpecAnswer.Made made, decimal cost, decimal share)
    {
        var spec = made.Spec;
        if (spec.Group != batch.Group && spec.Group is { } other)
            return new SpecAnswer.Faulty([new SpecFault("--group", other, "no group of its own where the whole batch has a limit in money: its tasks share one")]);
        if (spec.Model is null) return made;
        var limited = spec with { GroupCostUsd = cost, Budget = spec.Budget with { CostUsd = spec.Budget.CostUsd ?? share } };
        return SpecDraft.PriceFault(ports, made.Choice.Runner!, limited) is { } unpriced ? new SpecAnswer.Faulty([unpriced]) : made with { Spec = limited };
    }
}
