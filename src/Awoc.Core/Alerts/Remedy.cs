using System.Globalization;
using Awoc.Core.Budgets;
using Awoc.Core.Lifecycle;
using Awoc.Core.Recovery;
using Awoc.Core.Tasks;

namespace Awoc.Core.Alerts;

/// <summary>The commands with which a person goes on, ready to be pasted: the seed's remedies first.</summary>
public static class Remedy
{
    /// <summary>
    /// A detail up to the way on that it ends with (<c>time budget spent; 'awoc retry …' goes on</c>): the same commands stand
    /// beside it.
    /// </summary>
    public static string Fact(string detail)
    {
        var command = detail.IndexOf("'awoc ", StringComparison.Ordinal);
        if (command < 0) return detail;
        var end = detail.AsSpan(0, command).LastIndexOfAny(";:?.");
        return end <= 0 ? detail : detail[..end] + (detail[end] == '?' ? "?" : "");
    }

    public static IReadOnlyList<string> OfWaiting(AgentTask task) =>
        task.SpentBudget is not null ? [$"awoc topup {task.Id.Handle} {More(task.Spec.Budget, task.SpentBudget.Value)}", $"awoc answer {task.Id.Handle} stop"]
        : task.InAttempt ? [$"awoc answer {task.Id.Handle} allow", $"awoc answer {task.Id.Handle} deny"] : ["awoc daemon start"];

    public static IReadOnlyList<string> OfUnintegrated(AgentTask task) =>
        [$"awoc integrate {task.Id.Handle}{(task.Spec.IntegrateInto is { } into ? $" --into {into}" : "")}", $"awoc output {task.Id.Handle}"];

    /// <summary>The flag of <c>awoc topup</c> that gives once more what the task was launched with.</summary>
    public static string More(Budget budget, EndReason spent) => spent switch
    {
        EndReason.Deadline => FormattableString.Invariant($"--timeout {budget.TimeoutSeconds}"),
        EndReason.InputTokens => FormattableString.Invariant($"--max-input-tokens {budget.InputTokens}"),
        EndReason.Cost => FormattableString.Invariant($"--max-cost {budget.CostUsd}"),
        EndReason.Turns => FormattableString.Invariant($"--max-turns {budget.Turns}"),
        _ => FormattableString.Invariant($"--tokens {budget.Tokens}"),
    };

    public static IReadOnlyList<string> OfEnded(AgentTask task, TaskEnding end)
    {
        var id = task.Id.Handle;
        var partial = end.Result == TaskResult.Partial && !task.Delivered ? new[] { $"awoc recover {id} use" } : [];
        return end.Reason switch
        {
            EndReason.Deadline => [Extend(task), .. partial],
            EndReason.Tokens => [$"awoc retry {id} --reduce-scope", $"awoc retry {id} --tokens {task.Spec.Budget.Tokens.ToString(CultureInfo.InvariantCulture)}", .. partial],
            EndReason.InputTokens or EndReason.Cost or EndReason.Turns => [$"awoc retry {id} --reduce-scope", $"awoc retry {id}", .. partial],
            EndReason.OutputTooLong or EndReason.ContextTooLong => [$"awoc retry {id} --reduce-scope", $"awoc logs {id}", .. partial],
            EndReason.Auth or EndReason.Billing or EndReason.CredentialMissing or EndReason.AgentMissing or EndReason.SpawnFailed =>
                ["awoc doctor", $"awoc retry {id}"],
            { } reason when RecoveryPolicy.Unavailable.Contains(reason) => [$"awoc retry {id} --defer 300", .. partial],
            EndReason.Refused or EndReason.BadRequest or EndReason.ModelNotFound or EndReason.CommandFailed => [$"awoc logs {id}", .. partial],
            EndReason.DeliveryFailed => [$"awoc output {id}"],
            _ => [$"awoc retry {id} --resume", $"awoc logs {id}", .. partial],
        };
    }

    private static string Extend(AgentTask task) => string.Create(
        CultureInfo.InvariantCulture, $"awoc retry {task.Id.Handle} --extend-timeout {RecoveryDecider.Extended(task.Budget.TimeoutSeconds)}");
}
