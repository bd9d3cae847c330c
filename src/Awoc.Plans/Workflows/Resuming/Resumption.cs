using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Awoc.Plans.Workflows.Resuming;

/// <summary>A step of the run that is asked for.</summary>
/// <param name="Definition">SHA-256 over what it is by itself: its task, and the content of the files that it names.</param>
/// <param name="Needs">The keys that it waits for, each with how: <c>after</c>, <c>any</c>, <c>ended</c>.</param>
/// <param name="Uses">The keys whose results or ends it reads.</param>
public sealed record PlannedStep(string Key, string Definition, ImmutableArray<(string Kind, string Key)> Needs, ImmutableSortedSet<string> Uses);

/// <summary>A task that was launched before as the same step with the same inputs.</summary>
/// <param name="Id">The task's.</param>
/// <param name="Used">The tasks that stood for the keys it used.</param>
public sealed record EarlierStep(string Id, bool Succeeded, ImmutableDictionary<string, string> Used)
{
    /// <summary>Why its result cannot be used any more; null where it can.</summary>
    public string? Lost { get; init; }
}

/// <summary>What becomes of a step.</summary>
/// <param name="InputsSha">SHA-256 over all that its result depends on.</param>
/// <param name="Reused">The earlier task whose result stands for it; null where it is launched.</param>
/// <param name="Why">Why it is launched although something of it ran before; null where nothing did, and where it is reused.</param>
public sealed record StepDecision(string Key, string InputsSha, string? Reused, string? Why);

/// <summary>
/// Which steps of a run need not run again. A step's inputs are what it is by itself and the inputs of all that it needs: where one of
/// these has changed, so has all behind it. A step that succeeded before with the same inputs is not launched, unless its result is gone,
/// or a result that it read is another now.
/// </summary>
public static class Resumption
{
    /// <param name="steps">Each behind all that it needs.</param>
    /// <param name="earlier">By a step's inputs, newest first.</param>
    /// <param name="resultSha">SHA-256 of an earlier task's result, which may be of other inputs; null where there is none.</param>
    /// <param name="fresh">Nothing is reused.</param>
    public static async Task<IReadOnlyList<StepDecision>> DecideAsync(
        IReadOnlyList<PlannedStep> steps, Func<string, Task<IReadOnlyList<EarlierStep>>> earlier, Func<string, Task<string?>> resultSha, bool fresh)
    {
        Dictionary<string, StepDecision> decided = new(StringComparer.Ordinal);
        List<StepDecision> inOrder = [];
        foreach (var step in steps)
        {
            var sha = InputsSha(step, decided);
            var decision = fresh ? new StepDecision(step.Key, sha, null, null) : await DecideAsync(step, sha, await earlier(sha), resultSha, decided);
            decided[step.Key] = decision;
            inOrder.Add(decision);
        }

        return inOrder;
    }

    private static async Task<StepDecision> DecideAsync(
        PlannedStep step, string sha, IReadOnlyList<EarlierStep> earlier, Func<string, Task<string?>> resultSha, Dictionary<string, StepDecision> decided)
    {
        string? why = null;
        foreach (var task in earlier.Where(e => e.Succeeded))
        {
            if (await HindranceAsync(step, task, resultSha, decided) is not { } hindrance) return new StepDecision(step.Key, sha, task.Id, null);
            why ??= hindrance;
        }

        return new StepDecision(step.Key, sha, null, why);
    }

    private static async Task<string?> HindranceAsync(
        PlannedStep step, EarlierStep task, Func<string, Task<string?>> resultSha, Dictionary<string, StepDecision> decided)
    {
        if (task.Lost is { } lost) return lost;
        foreach (var key in step.Uses)
        {
            var now = decided.GetValueOrDefault(key)?.Reused;
            if (now is null) return $"'{key}', which it uses, runs again";
            if (!task.Used.TryGetValue(key, out var then)) return $"it did not use '{key}' then";
            if (now != then && (await resultSha(now) is not { } result || result != await resultSha(then))) return $"the result of '{key}', which it uses, is another now";
        }

        return null;
    }

    private static string InputsSha(PlannedStep step, Dictionary<string, StepDecision> decided)
    {
        var text = new StringBuilder("awoc step 1\n").Append(step.Key).Append('\n').Append(step.Definition).Append('\n');
        foreach (var (kind, key) in step.Needs.OrderBy(n => n.Key, StringComparer.Ordinal))
            text.Append(kind).Append(' ').Append(key).Append(' ').Append(decided.GetValueOrDefault(key)?.InputsSha).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
