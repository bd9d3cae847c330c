using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Runners.Claude;

/// <summary>
/// What the CLI's end means. It says <c>success</c> with <c>is_error</c> for a failed model call, and a denied tool or a cut
/// answer need not show in its exit code, so all three are read: exit code 0, an end event, no error in it.
/// </summary>
internal static class ClaudeVerdict
{
    public static AttemptVerdict Of(AttemptEvidence evidence)
    {
        if (evidence.End is not { } end) return WithoutEnd(evidence);
        if (end.StopReason == "refusal") return ApiVerdict.Refused(end.Answer);
        if (end.IsError || end.Kind != "success") return Failed(evidence, end);
        if (evidence.Signal is { } signal) return ApiVerdict.Crashed($"Claude Code was killed by signal {signal} after its result");
        if (evidence.ExitCode is not 0)
            return ApiVerdict.Fail(EndReason.AgentError, $"Claude Code gave a result and then exited with code {evidence.ExitCode}", ApiVerdict.SeeLogs);
        return AttemptVerdict.Success;
    }

    private static AttemptVerdict Failed(AttemptEvidence evidence, AgentEvent.End end)
    {
        if (end.Kind == "success" || evidence.ErrorClass is not null || end.ApiStatus is not null)
        {
            return ApiVerdict.Of(new ApiFailure(
                evidence.ErrorClass, end.ApiStatus, end.Answer, end.TerminalReason ?? end.StopReason, evidence.Gateway?.LastErrorType));
        }

        return end.Kind switch
        {
            "error_max_turns" => ApiVerdict.Fail(EndReason.AgentError, "Claude Code reached its own limit of turns", ApiVerdict.SeeLogs),
            "error_max_budget_usd" => ApiVerdict.Fail(EndReason.Billing, "Claude Code reached its own cost limit", ApiVerdict.SeeLogs),
            "error_max_structured_output_retries" => ApiVerdict.Fail(
                EndReason.ContractViolated, "the model never gave the structured output that was asked for", ApiVerdict.SeeLogs),
            _ => ApiVerdict.Fail(EndReason.AgentError, $"Claude Code ended with {end.Kind}{ApiVerdict.Quoted(end.Answer)}", ApiVerdict.SeeLogs),
        };
    }

    private static AttemptVerdict WithoutEnd(AttemptEvidence evidence)
    {
        if (evidence.Signal is { } signal) return ApiVerdict.Crashed($"Claude Code was killed by signal {signal} without a result");
        if (evidence.ErrorClass is not null || Mentions(evidence.StderrTail, "Not logged in"))
            return ApiVerdict.Of(new ApiFailure(evidence.ErrorClass, null, evidence.StderrTail, null, evidence.Gateway?.LastErrorType));
        var last = evidence.StderrTail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        return evidence.ExitCode is > 128
            ? ApiVerdict.Crashed($"Claude Code exited with code {evidence.ExitCode} without a result{ApiVerdict.Quoted(last)}")
            : ApiVerdict.Fail(
                EndReason.AgentError, $"Claude Code exited with code {evidence.ExitCode} without a result{ApiVerdict.Quoted(last)}", ApiVerdict.SeeLogs);
    }

    private static bool Mentions(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
}
