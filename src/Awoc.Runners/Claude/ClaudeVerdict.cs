using System.Globalization;
using System.Text.RegularExpressions;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Runners.Claude;

/// <summary>
/// What the CLI's end means. It says <c>success</c> with <c>is_error</c> for a failed model call, and a denied tool, a cut
/// answer, a missing structured output or a dead sub-agent need not show in its exit code, so all of it is read.
/// </summary>
internal static partial class ClaudeVerdict
{
    public static AttemptVerdict Of(AttemptEvidence evidence)
    {
        if (evidence.End is not { } end) return WithoutEnd(evidence);
        if (end.StopReason == "refusal") return ApiVerdict.Refused(end.Answer);
        if (end.IsError || end.Kind != "success") return Failed(evidence, end);
        if (evidence.Signal is { } signal) return ApiVerdict.Crashed($"Claude Code was killed by signal {signal} after its result");
        if (evidence.ExitCode is not 0)
            return ApiVerdict.Fail(EndReason.AgentError, $"Claude Code gave a result and then exited with code {evidence.ExitCode}", ApiVerdict.SeeLogs);
        if (end is { SchemaAsked: true, HasStructuredOutput: false } && !evidence.SchemaChecked)
            return NoStructuredOutput();
        if (evidence.SubAgentError is { } said) return SubAgentFailed(evidence, said);
        return AttemptVerdict.Success;
    }

    private static AttemptVerdict Failed(AttemptEvidence evidence, AgentEvent.End end)
    {
        if (end.Kind == "success" || evidence.ErrorClass is not null || end.ApiStatus is not null)
            return ApiVerdict.Of(Failure(evidence, end.Answer, end.ApiStatus, end.TerminalReason ?? end.StopReason));

        return end.Kind switch
        {
            "error_max_turns" => new AttemptVerdict(
                TaskOutcome.BudgetExhausted, EndReason.Turns, $"Claude Code reached its limit of turns; {AttemptVerdict.AfterBudget}"),
            "error_max_budget_usd" => new AttemptVerdict(
                TaskOutcome.BudgetExhausted, EndReason.Cost, $"Claude Code reached its cost limit; {AttemptVerdict.AfterBudget}"),
            "error_max_structured_output_retries" => NoStructuredOutput(),
            _ when end.TerminalReason is "aborted_streaming" or "aborted_tools" => ApiVerdict.Fail(
                EndReason.AgentError, "Claude Code was interrupted from outside (SIGINT)", ApiVerdict.Resume),
            _ => ApiVerdict.Fail(EndReason.AgentError, $"Claude Code ended with {end.Kind}{ApiVerdict.Quoted(end.Answer)}", ApiVerdict.SeeLogs),
        };
    }

    private static AttemptVerdict WithoutEnd(AttemptEvidence evidence)
    {
        if (evidence.Signal is { } signal) return ApiVerdict.Crashed($"Claude Code was killed by signal {signal} without a result");
        if (evidence.ErrorClass is not null || Mentions(evidence.StderrTail, "Not logged in"))
            return ApiVerdict.Of(Failure(evidence, evidence.StderrTail, status: null, terminal: null));
        var last = evidence.StderrTail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        return evidence.ExitCode is > 128
            ? ApiVerdict.Crashed($"Claude Code exited with code {evidence.ExitCode} without a result{ApiVerdict.Quoted(last)}")
            : ApiVerdict.Fail(
                EndReason.AgentError, $"Claude Code exited with code {evidence.ExitCode} without a result{ApiVerdict.Quoted(last)}", ApiVerdict.SeeLogs);
    }

    private static AttemptVerdict NoStructuredOutput() => ApiVerdict.Fail(
        EndReason.ContractViolated, "the model never gave the structured output that was asked for", ApiVerdict.SeeLogs);

    /// <summary>The main thread went on without that part of its work and says success: what failed is the model API.</summary>
    private static AttemptVerdict SubAgentFailed(AttemptEvidence evidence, string said)
    {
        // API Error: 529 Overloaded
        int? status = StatusIn().Match(said) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
        var verdict = ApiVerdict.Of(Failure(evidence, said, status, terminal: null) with { Class = null });
        return verdict with { Detail = $"a sub-agent's part is missing: {verdict.Detail}" };
    }

    private static ApiFailure Failure(AttemptEvidence evidence, string message, int? status, string? terminal) =>
        new(evidence.ErrorClass, status, message, terminal, evidence.Gateway?.LastErrorType)
        {
            Unheard = evidence.Gateway is { Requests: 0, BudgetRefusals: 0 },
            ResetsAt = evidence.Limit is { Status: "rejected", ResetsAt: { } window } ? window : evidence.Gateway?.ResetsAt,
        };

    private static bool Mentions(string text, string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^API Error: (\d{3})\b")]
    private static partial Regex StatusIn();
}
