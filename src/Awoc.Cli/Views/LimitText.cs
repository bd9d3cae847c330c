using System.Globalization;
using Awoc.Client.Wire;

namespace Awoc.Cli.Views;

/// <summary>Limits and policies in words.</summary>
internal static class LimitText
{
    public static string Dollars(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"${amount:0.00####}");

    /// <summary>What a task may spend, has spent and has left.</summary>
    public static IEnumerable<(string Name, string? Value)> Of(TaskView task, DateTimeOffset now)
    {
        var limits = (task.Limits ?? []).ToDictionary(l => l.Kind);
        var (usage, budget) = (task.Usage, task.Budget);
        if (budget.Tokens is { } tokens)
        {
            var thinking = usage.Thinking > 0 ? $", {Figures.Count(usage.Thinking)} of them thinking" : "";
            var estimated = usage.Estimated is true ? ", partly estimated" : "";
            yield return ("tokens", $"{Figures.Count(usage.Output)} of {Figures.Count(tokens)} ({usage.Output * 100 / Math.Max(1, tokens)} %){thinking}{estimated}{Left(limits, "tokens")}");
            yield return ("exactness", task.BudgetExactness is { } exactness ? Exactness(exactness) : null);
            yield return ("input", $"{Figures.Count(usage.Input)}, from cache {Figures.Count(usage.CacheRead)}, to cache {Figures.Count(usage.CacheWrite)}");
            if (limits.TryGetValue("input_tokens", out var input)) yield return ("input limit", Line(input));
            yield return ("cost", Cost(task));
            if (limits.TryGetValue("turns", out var turns)) yield return ("turns", Line(turns));
        }

        yield return ("time", $"{Figures.Duration(TaskRow.RunningTime(task, now))} of {Figures.Limit(budget.TimeoutSeconds)}{Left(limits, "time")}");
        yield return ("stall", budget.StallSeconds is { } stall ? $"ends after {Figures.Limit(stall)} without a sign of life{Silence(limits)}" : "no limit");
        foreach (var shared in (task.Limits ?? []).Where(l => l.Kind.StartsWith("day_", StringComparison.Ordinal) || l.Kind.StartsWith("group_", StringComparison.Ordinal)))
            yield return (shared.Kind.StartsWith("day_", StringComparison.Ordinal) ? "day budget" : "group budget", $"{Line(shared)}{Unit(shared)}");
    }

    private static string Cost(TaskView task)
    {
        var unknown = task.Unpriced is { Count: > 0 } models ? $"unknown for {string.Join(", ", models)}" : null;
        var limit = task.Budget.CostUsd is { } max ? $" of {Dollars(max)}" : "";
        if (task.Usage.CostUsd is not { } cost) return unknown ?? (task.Usage.Output == 0 ? $"$0{limit}" : "unknown");
        var left = task.Budget.CostUsd is { } most ? $", {Dollars(Math.Max(0, most - cost))} left" : "";
        return $"{Dollars(cost)}{limit} at list price{left}{(unknown is null ? "" : $"; {unknown}")}";
    }

    private static string Left(Dictionary<string, LimitView> limits, string kind) =>
        limits.TryGetValue(kind, out var limit) && limit.Left is { } left ? $", {Text(limit, left)} left" : "";

    /// <summary>A second is no silence.</summary>
    private static string Silence(Dictionary<string, LimitView> limits) =>
        limits.TryGetValue("stall", out var stall) && stall.Used is > 1 and { } quiet ? $"; silent for {Text(stall, quiet)}{Left(limits, "stall")}" : "";

    private static string Line(LimitView limit)
    {
        var used = limit.Used is { } spent ? Text(limit, spent) : "unknown";
        var held = limit.Held is { } kept ? $", {Text(limit, kept)} held" : "";
        var left = limit.Left is { } rest ? $", {Text(limit, rest)} left" : "";
        return $"{used} of {Text(limit, limit.Max)}{held}{left}";
    }

    private static string Unit(LimitView limit) => limit.Kind switch
    {
        "day_tokens" or "group_tokens" => " (tokens)",
        "day_input_tokens" or "group_input_tokens" => " (input tokens)",
        _ => "",
    };

    private static string Text(LimitView limit, decimal value) => limit.Unit switch
    {
        "usd" => Dollars(value),
        "seconds" => Figures.Duration((long)(value * 1000)),
        _ => Figures.Count((long)value),
    };

    private static string Exactness(string word) => word switch
    {
        "exact" => "exact: each model call is capped at what is left",
        "live" => "live: counted as the stream arrives",
        "per_turn" => "per turn: counted when a turn has ended",
        "estimate" => "an estimate",
        _ => word,
    };

    public static IEnumerable<(string Name, string? Value)> Policy(PolicyView policy, bool usesModel) =>
    [
        ("at a limit", policy.OnBudget == "ask" ? "waits for you, resumable" : usesModel ? "reports and ends" : "is ended"),
        ("on failure", OnFailure(policy)),
        ("permissions", policy.Permissions == "ask" ? "asks where a tool needs leave (awoc answer)" : null),
        ("recorded", policy.Record is true ? "requests and answers, redacted" : null),
    ];

    private static string OnFailure(PolicyView policy)
    {
        List<string> words =
        [
            policy.OnFailure switch
            {
                "auto" => "recovers by itself, within its total",
                "stop" => "ends",
                _ => "recovers by itself what costs no budget",
            },
        ];
        if (policy.MaxRetries is { } retries) words.Add(string.Create(CultureInfo.InvariantCulture, $"at most {retries} more {(retries == 1 ? "attempt" : "attempts")}"));
        if (policy.MaxTotalTokens is { } tokens) words.Add($"{Figures.Count(tokens)} tokens in all");
        if (policy.MaxTotalSeconds is { } seconds) words.Add($"{Figures.Limit(seconds)} in all");
        return string.Join(", ", words);
    }
}
