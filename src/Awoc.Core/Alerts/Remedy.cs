using System.Globalization;
using Awoc.Core.Lifecycle;
using Awoc.Core.Tasks;

namespace Awoc.Core.Alerts;

/// <summary>The commands with which a person goes on, ready to be pasted: the seed's remedies first.</summary>
public static class Remedy
{
    /// <summary>The seed's extended time limit, in seconds.</summary>
    private const long SeedExtension = 900;

    public static IReadOnlyList<string> OfWaiting(AgentTask task) =>
        task.InAttempt ? [$"awoc answer {task.Id.Handle} allow", $"awoc answer {task.Id.Handle} deny"] : ["awoc daemon start"];

    public static IReadOnlyList<string> OfEnded(AgentTask task, TaskEnding end)
    {
        var id = task.Id.Handle;
        var partial = end.Result == TaskResult.Partial ? new[] { $"awoc recover {id} use" } : [];
        return end.Reason switch
        {
            EndReason.Deadline => [Extend(task), .. partial],
            EndReason.Tokens => [$"awoc retry {id} --reduce-scope", $"awoc retry {id} --tokens {task.Spec.Budget.Tokens.ToString(CultureInfo.InvariantCulture)}", .. partial],
            EndReason.Auth or EndReason.Billing or EndReason.CredentialMissing or EndReason.AgentMissing or EndReason.SpawnFailed =>
                ["awoc doctor", $"awoc retry {id}"],
            EndReason.RateLimited or EndReason.Overloaded or EndReason.NoMemory or EndReason.NoSlot => [$"awoc retry {id} --defer 300", .. partial],
            EndReason.Refused or EndReason.BadRequest or EndReason.ModelNotFound or EndReason.CommandFailed => [$"awoc logs {id}", .. partial],
            EndReason.DeliveryFailed => [$"awoc output {id}"],
            _ => [$"awoc retry {id} --resume", $"awoc logs {id}", .. partial],
        };
    }

    /// <summary>As the seed has it: 900 s; half as long again where that is no extension.</summary>
    private static string Extend(AgentTask task)
    {
        var longer = Math.Max(SeedExtension, task.Budget.TimeoutSeconds * 3 / 2);
        return string.Create(CultureInfo.InvariantCulture, $"awoc retry {task.Id.Handle} --extend-timeout {longer}");
    }
}
