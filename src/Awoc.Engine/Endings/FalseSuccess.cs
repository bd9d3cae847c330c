using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Engine.Endings;

/// <summary>What an agent ends well with and is no success all the same: seen from what it did and left, not from what it says.</summary>
public static class FalseSuccess
{
    private const string Again = $"'awoc logs {AttemptVerdict.TaskHandle}' has the whole story, 'awoc retry {AttemptVerdict.TaskHandle}' tries again";

    /// <summary>The honest verdict; null where the success is one.</summary>
    public static AttemptVerdict? Find(AttemptEvidence evidence, ProducedOutput produced, IRunner runner, AgentTask task)
    {
        if (!runner.Traits.UsesModel) return null;
        if (evidence.Gateway is { Requests: 0 })
        {
            return Failed(
                EndReason.AgentError, $"{runner.Name} ended without one call of the model (it said \"{Short(evidence.End?.Answer ?? evidence.FinalText)}\")");
        }

        if (evidence.CutCall is { } tool)
        {
            var cut = Failed(EndReason.OutputTooLong, $"a call of {tool} was cut at the answer's length limit and never carried out, though {runner.Name} says success");
            return EndJudge.CutByBudget(cut, evidence, task) ?? cut;
        }

        // A file was wanted, a tool was refused, and there are only words: they are its excuse sooner than its work.
        var unwritten = produced is ProducedOutput.Nothing || (produced is ProducedOutput.Said && task.Spec.Output is not null);
        if (unwritten && evidence.End is { Denials: { Count: > 0 } denied })
        {
            return Failed(
                EndReason.PermissionDenied,
                $"it was refused {Names(denied)} and wrote nothing; allow what it needs with 'awoc config set agents.{runner.Name}.tools LIST' or --permissions ask");
        }

        return produced is ProducedOutput.Nothing ? Failed(EndReason.NoOutput, $"{runner.Name} ended well but produced nothing") : null;
    }

    /// <summary>A word on what was refused on the way to a success; null when nothing was.</summary>
    public static string? Note(AttemptEvidence evidence) =>
        evidence.End is { Denials: { Count: > 0 } denied } ? $"it was refused {Names(denied)} on the way" : null;

    private static AttemptVerdict Failed(EndReason reason, string what) => new(TaskOutcome.Failed, reason, $"{what}; {Again}");

    private static string Names(IReadOnlyList<string> denied) => string.Join(", ", denied.Distinct(StringComparer.Ordinal));

    private static string Short(string said)
    {
        const int Longest = 120;
        var line = said.ReplaceLineEndings(" ").Trim();
        return line.Length <= Longest ? line : $"{line.AsSpan(0, Longest)}…";
    }
}
