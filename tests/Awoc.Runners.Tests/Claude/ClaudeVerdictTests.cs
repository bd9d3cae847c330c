using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Runners.Claude;

namespace Awoc.Runners.Tests.Claude;

/// <summary>Ends that the real CLI does not give on demand. Those that it does are in <see cref="ClaudeRunTests"/>.</summary>
public sealed class ClaudeVerdictTests
{
    [Fact]
    public void Judge_WellEnded_IsASuccess() => Assert.Equal(AttemptVerdict.Success, Judge(Evidence(0, End())));

    [Fact]
    public void Judge_DeniedToolButWellEnded_IsLeftToTheEngine() =>
        Assert.Equal(AttemptVerdict.Success, Judge(Evidence(0, End() with { Denials = ["Write"] })));

    [Theory]
    [InlineData(EndReason.Overloaded, 529, "server_error", "API Error: Overloaded")]
    [InlineData(EndReason.ServerError, 503, "server_error", "API Error: 503")]
    [InlineData(EndReason.Auth, 403, "authentication_failed", "denied")]
    [InlineData(EndReason.Auth, null, null, "Not logged in · Please run /login")]
    [InlineData(EndReason.Billing, 402, "unknown", "Payment required")]
    [InlineData(EndReason.Billing, 400, "billing_error", "Credit balance is too low")]
    [InlineData(EndReason.RateLimited, null, "rate_limit", "You've hit your session limit")]
    [InlineData(EndReason.Network, null, "server_error", "Request timed out")]
    [InlineData(EndReason.Network, null, null, "Unable to connect to API (ECONNRESET)")]
    [InlineData(EndReason.OutputTooLong, null, "max_output_tokens", "Claude's response exceeded the 32000 output token maximum")]
    [InlineData(EndReason.ContextTooLong, null, "max_output_tokens", "reached the context window limit")]
    [InlineData(EndReason.Network, 502, "server_error", "API Error: 502 AWOC: the model API at 127.0.0.1:1 cannot be reached")]
    [InlineData(EndReason.GatewayUnavailable, 503, "server_error", "API Error: 503 AWOC: the gateway's ledger of task 1 cannot be written")]
    [InlineData(EndReason.BadRequest, 400, "invalid_request", "API Error: 400 AWOC: no price is known for model a-b, and the money of task 1 is limited; add it to /p")]
    [InlineData(EndReason.BadRequest, 404, "invalid_request", "no such page")]
    [InlineData(EndReason.AgentError, null, "unknown", "something new")]
    public void Judge_ErrorEnd_NamesTheReason(EndReason reason, int? status, string? errorClass, string answer)
    {
        var verdict = Judge(Evidence(1, End() with { IsError = true, ApiStatus = status, Answer = answer }) with { ErrorClass = errorClass });
        Assert.Equal((TaskOutcome.Failed, reason), (verdict.Outcome, verdict.Reason));
        Assert.Contains(answer, verdict.Detail, StringComparison.Ordinal);
        // A part of other sentences: it ends without a stop.
        Assert.Matches("[^.]$", verdict.Detail);
    }

    [Fact]
    public void Judge_NoPrice_SaysThatNobodyAskedTheModelApi()
    {
        var end = End() with { IsError = true, ApiStatus = 400, Answer = "API Error: 400 AWOC: no price is known for model a-b, and the money of task 1 is limited; add it to /p" };
        var detail = Judge(Evidence(1, end) with { ErrorClass = "invalid_request" }).Detail;
        Assert.StartsWith("its money is limited, and what its model costs is not known", detail, StringComparison.Ordinal);
        Assert.Contains("add the price, then", detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_PromptTooLong_IsContextTooLong() =>
        Assert.Equal(EndReason.ContextTooLong, Judge(Evidence(1, End() with { IsError = true, TerminalReason = "prompt_too_long", ApiStatus = 400 })).Reason);

    [Theory]
    [InlineData("error_max_turns", EndReason.Turns)]
    [InlineData("error_max_budget_usd", EndReason.Cost)]
    [InlineData("error_max_structured_output_retries", EndReason.ContractViolated)]
    [InlineData("error_during_execution", EndReason.AgentError)]
    public void Judge_KindOfError_NamesTheReason(string kind, EndReason reason) =>
        Assert.Equal(reason, Judge(Evidence(1, End() with { Kind = kind, IsError = true })).Reason);

    [Fact]
    public void Judge_NoAnswerAndNothingSeenByTheGateway_IsTheGatewaysOwn()
    {
        var silent = Evidence(1, End() with { IsError = true, Answer = "Request timed out" });
        Assert.Equal(EndReason.GatewayUnavailable, Judge(silent with { Gateway = GatewayRecord.Nothing }).Reason);
        Assert.Equal(EndReason.Network, Judge(silent with { Gateway = GatewayRecord.Nothing with { Requests = 1 } }).Reason);
    }

    [Theory]
    [InlineData("API Error: 529 Overloaded", EndReason.Overloaded)]
    [InlineData("API Error: 400 messages.0.content: no", EndReason.BadRequest)]
    [InlineData("API Error: Request timed out", EndReason.Network)]
    public void Judge_SubAgentThatFailed_IsNoSuccess(string said, EndReason reason)
    {
        var verdict = Judge(Evidence(0, End()) with { SubAgentError = said });
        Assert.Equal((TaskOutcome.Failed, reason), (verdict.Outcome, verdict.Reason));
    }

    [Fact]
    public void Judge_SchemaWithoutItsOutput_IsNoSuccess()
    {
        Assert.Equal(EndReason.ContractViolated, Judge(Evidence(0, End() with { SchemaAsked = true })).Reason);
        Assert.Equal(TaskOutcome.Succeeded, Judge(Evidence(0, End() with { SchemaAsked = true }) with { SchemaChecked = true }).Outcome);
        Assert.Equal(TaskOutcome.Succeeded, Judge(Evidence(0, End() with { SchemaAsked = true, StructuredOutput = "{}" })).Outcome);
    }

    [Fact]
    public void Judge_UsageWindow_SaysWhenItOpens()
    {
        var at = new DateTimeOffset(2100, 1, 1, 5, 0, 0, TimeSpan.Zero);
        var evidence = Evidence(1, End() with { IsError = true, Answer = "You've hit your session limit" }) with { ErrorClass = "rate_limit" };
        var verdict = Judge(evidence with { Limit = new AgentEvent.Limit("rejected", at, "five_hour") });
        Assert.Equal(EndReason.RateLimited, verdict.Reason);
        Assert.Contains("2100-01-01 05:00Z", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_ResultButBadExit_IsNoSuccess()
    {
        Assert.Equal(EndReason.AgentError, Judge(Evidence(1, End())).Reason);
        Assert.Equal(EndReason.AgentCrashed, Judge(Evidence(null, End()) with { Signal = 9 }).Reason);
        Assert.Equal(EndReason.AgentError, Judge(Evidence(null, End())).Reason);
    }

    [Theory]
    [InlineData(0, EndReason.AgentError)]
    [InlineData(1, EndReason.AgentError)]
    [InlineData(143, EndReason.AgentCrashed)]
    public void Judge_NoResult_IsNeverASuccess(int code, EndReason reason)
    {
        var verdict = Judge(Evidence(code, null) with { StderrTail = "warning\nerror: unknown option '--x'\n" });
        Assert.Equal(reason, verdict.Reason);
        Assert.Contains("error: unknown option '--x'", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_HugeAnswerWithControlCharacters_GivesOneShortLine()
    {
        var detail = Judge(Evidence(1, End() with { IsError = true, Answer = "\u001b[31m" + new string('x', 100_000) + "\n\ny" })).Detail!;
        Assert.True(detail.Length < 400);
        Assert.DoesNotContain(detail, char.IsControl);
    }

    private static AttemptVerdict Judge(AttemptEvidence evidence) => new ClaudeRunner().Judge(evidence);

    private static AttemptEvidence Evidence(int? code, AgentEvent.End? end) => new() { ExitCode = code, End = end };

    private static AgentEvent.End End() => new() { Kind = "success", IsError = false, Answer = "Done." };
}
