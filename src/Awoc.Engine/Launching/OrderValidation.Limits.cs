using System.Globalization;
using Awoc.Core.Agents;
using Awoc.Core.Budgets;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Launching;

/// <summary>Limits and policies: what an agent cannot keep is refused where it was asked for, and not inherited from the settings.</summary>
internal sealed partial class OrderValidation
{
    private const int MostRetries = 100;
    private const int MostTurns = 1_000_000;

    public Budget Budget(bool usesModel) => new(
        Number("--tokens", order.Tokens, Core.Budgets.Budget.MaxTokens) ?? settings.Tokens,
        Seconds("--timeout", order.Timeout) ?? settings.TimeoutSeconds)
    {
        InputTokens = OfModel(usesModel, "--max-input-tokens", order.MaxInputTokens) is { } input
            ? Number("--max-input-tokens", input, Core.Budgets.Budget.MaxTokens)
            : null,
        CostUsd = OfModel(usesModel, "--max-cost", order.MaxCost) is { } cost ? Cost(cost) : usesModel ? settings.MaxCostUsd : null,
        Turns = OfModel(usesModel, "--max-turns", order.MaxTurns) is { } turns ? (int?)Number("--max-turns", turns, MostTurns) : null,
        StallSeconds = Stall(),
    };

    public long? MaxTotalTokens(bool usesModel, Budget budget) =>
        OfModel(usesModel, "--max-total-tokens", order.MaxTotalTokens) is { } given
            ? Number("--max-total-tokens", given, Core.Budgets.Budget.MaxTokens, least: budget.Tokens)
            : null;

    public long? MaxTotalSeconds(Budget budget)
    {
        if (Seconds("--max-total-time", order.MaxTotalTime) is not { } seconds) return null;
        if (seconds >= budget.TimeoutSeconds) return seconds;
        Fault("--max-total-time", order.MaxTotalTime!, $"at least the task's own --timeout of {Duration.Text(budget.TimeoutSeconds)}");
        return null;
    }

    /// <param name="canWait">The agent can be interrupted and goes on later.</param>
    public OnBudget OnBudget(string agent, bool canWait)
    {
        var wanted = Word<OnBudget>("--on-budget", order.OnBudget);
        if (canWait) return wanted ?? settings.OnBudget;
        if (wanted == Core.Tasks.OnBudget.Ask) Fault("--on-budget", order.OnBudget!, $"stop: the agent '{agent}' cannot be interrupted and go on later");
        return Core.Tasks.OnBudget.Stop;
    }

    public OnFailure OnFailure() => Word<OnFailure>("--on-failure", order.OnFailure) ?? settings.OnFailure;

    /// <param name="canAsk">The agent asks for leave before it uses a tool.</param>
    public OnPermission OnPermission(string agent, bool canAsk)
    {
        var wanted = Word<OnPermission>("--permissions", order.Permissions);
        if (canAsk) return wanted ?? settings.OnPermission;
        if (wanted == Core.Tasks.OnPermission.Ask) Fault("--permissions", order.Permissions!, $"deny: the agent '{agent}' asks nobody for leave");
        return Core.Tasks.OnPermission.Deny;
    }

    public int? MaxRetries(OnFailure onFailure)
    {
        var retries = (int?)Number("--retry", order.Retry, MostRetries, least: 0);
        if (retries is > 0 && onFailure == Core.Tasks.OnFailure.Stop)
            Fault("--retry", order.Retry!, "0 where --on-failure is stop, which lets nothing be tried again by itself");
        return retries;
    }

    public bool RecordWire(bool usesModel)
    {
        if (usesModel) return order.Record || settings.RecordWire;
        if (order.Record) Fault("--record", "", NoModel);
        return false;
    }

    private const string NoModel = "an agent that calls a model: this one calls none, so that there is nothing to count or keep";

    /// <summary>A limit on model calls, where there are such.</summary>
    private string? OfModel(bool usesModel, string field, string? given)
    {
        if (given is null || usesModel) return given;
        Fault(field, given, NoModel);
        return null;
    }

    private long? Stall()
    {
        if (order.StallTimeout is not { } given) return settings.StallSeconds;
        if (LimitTexts.TryStall(given, out var seconds)) return seconds;
        Fault("--stall-timeout", given, LimitTexts.StallAllowed);
        return null;
    }

    private decimal? Cost(string given)
    {
        if (LimitTexts.TryCost(given, out var cost)) return cost;
        Fault("--max-cost", given, LimitTexts.CostAllowed);
        return null;
    }

    private T? Word<T>(string field, string? given) where T : struct, Enum
    {
        if (given is null) return null;
        if (SnakeCase.TryParse<T>(given, out var value)) return value;
        Fault(field, given, string.Join(" or ", SnakeCase.All<T>()));
        return null;
    }

    private long? Number(string field, string? given, long most, long least = 1)
    {
        if (given is null) return null;
        if (long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        Fault(field, given, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
        return null;
    }

    private long? Seconds(string field, string? given)
    {
        if (given is null) return null;
        if (Duration.TryParseSeconds(given, out var seconds) && seconds is >= 1 and <= Core.Budgets.Budget.MaxTimeoutSeconds) return seconds;
        Fault(field, given, $"{Duration.Allowed}, from 1 s to {Duration.Text(Core.Budgets.Budget.MaxTimeoutSeconds)}");
        return null;
    }
}
