using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Runners.Builtin;

internal static class BuiltinVerdict
{
    public static AttemptVerdict Of(AttemptEvidence evidence)
    {
        if (evidence.End is not { } end) return WithoutEnd(evidence);
        if (end.Kind == "success" && !end.IsError)
        {
            return evidence.ExitCode is 0
                ? AttemptVerdict.Success
                : ApiVerdict.Crashed($"awoc-agent gave its result and then ended with {Exit(evidence)}");
        }

        return end.Kind switch
        {
            "refusal" => ApiVerdict.Refused(end.Answer),
            "budget" => new AttemptVerdict(TaskOutcome.BudgetExhausted, EndReason.Tokens, ApiVerdict.BudgetSpent),
            "api_error" => ApiVerdict.Of(new ApiFailure(evidence.ErrorClass, end.ApiStatus, end.Answer, null, evidence.Gateway?.LastErrorType)
            {
                Unheard = evidence.Gateway is { Requests: 0, BudgetRefusals: 0 },
                ResetsAt = evidence.Gateway?.ResetsAt,
            }),
            "max_tokens" => ApiVerdict.Of(new ApiFailure("max_output_tokens", null, end.Answer, null, null)),
            "max_turns" => new AttemptVerdict(
                TaskOutcome.BudgetExhausted, EndReason.Turns,
                $"its limit of turns was reached{ApiVerdict.Quoted(end.Answer)}; raise it with 'awoc config set agents.builtin.{AgentSettings.MaxTurns} N', then {ApiVerdict.Resume}"),
            "interrupted" => ApiVerdict.Fail(EndReason.AgentError, "the agent was interrupted from outside", ApiVerdict.Resume),
            _ => ApiVerdict.Fail(EndReason.AgentError, $"the agent ended with an error{ApiVerdict.Quoted(end.Answer)}", ApiVerdict.SeeLogs),
        };
    }

    private static AttemptVerdict WithoutEnd(AttemptEvidence evidence)
    {
        var last = evidence.StderrTail.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        return ApiVerdict.Crashed($"awoc-agent ended with {Exit(evidence)} and without a result{ApiVerdict.Quoted(last)}");
    }

    private static string Exit(AttemptEvidence evidence) =>
        evidence.Signal is { } signal ? $"signal {signal}" : $"exit code {evidence.ExitCode}";
}
