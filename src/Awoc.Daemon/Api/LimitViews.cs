using Awoc.Client.Wire;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Store;
using Awoc.Core.Tasks;
using Awoc.Engine.Budgets;
using Awoc.Engine.Settings;
using Awoc.Engine.Supervision;

namespace Awoc.Daemon.Api;

/// <summary>Every limit of a task with what is used and left: its own, and those it shares.</summary>
internal sealed class LimitViews(EnginePorts ports)
{
    private const string Tokens = "tokens";
    private const string Seconds = "seconds";
    private const string Dollars = "usd";
    private const decimal MillisecondsPerSecond = 1000;

    /// <summary>What the gateway knows of each attempt; that of an attempt it has closed stands in the attempt's ledger.</summary>
    public IReadOnlyList<GatewayRecord> Records(AgentTask task, IReadOnlyList<AttemptRecord> attempts) =>
        [.. attempts.Select(a => ports.Gateway.Find(task.Id, a.Number) ?? ports.Gateway.Read(ports.Paths.Task(task.Id).Attempt(a.Number).GatewayLedger))];

    /// <param name="usage">Over all attempts, the one under way included.</param>
    /// <param name="calls">What the gateway knows of the attempts.</param>
    /// <param name="running">For how long the attempt under way has run; null when none does.</param>
    /// <param name="quiet">How long the attempt under way has given no sign of life, and how long it may; null when none is.</param>
    public IEnumerable<LimitView> Of(
        AgentTask task, Usage usage, BudgetExactness exactness, IReadOnlyList<GatewayRecord> calls, TimeSpan? running,
        (TimeSpan For, TimeSpan Patience)? quiet)
    {
        var budget = task.Budget;
        if (exactness != BudgetExactness.None) yield return One("tokens", budget.Tokens, usage.Output, Tokens);
        if (budget.InputTokens is { } input) yield return One("input_tokens", input, usage.WeightedInput, Tokens);
        if (budget.CostUsd is { } cost) yield return One("cost", cost, Cost(usage), Dollars);
        yield return One("time", budget.TimeoutSeconds, (task.RunMs + (long)(running?.TotalMilliseconds ?? 0)) / MillisecondsPerSecond, Seconds);
        if (budget.Turns is { } turns) yield return One("turns", turns, calls.Sum(c => c.Turns), "turns");
        if (budget.StallSeconds is { } stall) yield return Stall(stall, quiet);
        if (task.Spec.Rehearsal || exactness == BudgetExactness.None) yield break;
        var pools = Pools();
        foreach (var amount in ports.Pools.OfDay(pools)) yield return Shared("day", amount);
        if (task.Spec.Group is not { } group) yield break;
        foreach (var amount in ports.Pools.OfGroup(group, pools, PoolLimit.LaunchedWith(task.Spec))) yield return Shared("group", amount);
    }

    /// <summary>What nothing was generated for has cost nothing; what has no price is not known.</summary>
    private static decimal? Cost(Usage usage) => usage.CostUsd ?? (usage.Output + usage.WeightedInput == 0 ? 0 : null);

    private static LimitView One(string kind, decimal max, decimal? used, string unit) =>
        new(kind, max, used, used is { } known ? Math.Max(0, max - known) : null, unit);

    /// <summary>What is left is what the attempt may still be silent for: more than the limit while a tool call is under way.</summary>
    private static LimitView Stall(long max, (TimeSpan For, TimeSpan Patience)? quiet) => quiet is var (since, patience)
        ? new LimitView("stall", max, Rounded(since), Rounded(patience > since ? patience - since : TimeSpan.Zero), Seconds)
        : One("stall", max, null, Seconds);

    private static decimal Rounded(TimeSpan time) => decimal.Round((decimal)time.TotalSeconds, 1);

    private static LimitView Shared(string pool, PoolAmount amount) => new(
        $"{pool}_{amount.Key}", amount.Max, amount.Spent, amount.Left, amount.Kind == PoolKind.Cost ? Dollars : Tokens, amount.Held > 0 ? amount.Held : null);

    /// <summary>A settings file that is wrong is told elsewhere: a status can still be shown.</summary>
    private PoolSettings Pools()
    {
        try
        {
            return ports.Settings.Read(null).Pools;
        }
        catch (SettingsException)
        {
            return PoolSettings.None;
        }
    }
}
