using Awoc.Core.Agents;
using Awoc.Core.Tasks;

namespace Awoc.Runners;

/// <summary>All that is known about a model call that failed for good.</summary>
/// <param name="Class">The agent's own word for it, such as <c>rate_limit</c>.</param>
/// <param name="Status">HTTP status; null when there was no answer.</param>
/// <param name="Message">What the agent or the API said.</param>
/// <param name="Terminal">Why the turn ended, such as <c>prompt_too_long</c>.</param>
/// <param name="ErrorType">The API's error type as the gateway saw it.</param>
internal sealed record ApiFailure(string? Class, int? Status, string Message, string? Terminal, string? ErrorType)
{
    /// <summary>The gateway saw no request of the attempt at all.</summary>
    public bool Unheard { get; init; }

    /// <summary>When the limit that was reached resets; null when nobody said.</summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

/// <summary>Turns a failed model call into a reason and one sentence with the next step.</summary>
internal static class ApiVerdict
{
    public const string SeeLogs = $"'awoc logs {AttemptVerdict.TaskHandle}' has the whole story, 'awoc retry {AttemptVerdict.TaskHandle}' tries again";

    public const string Resume = $"'awoc retry {AttemptVerdict.TaskHandle} --resume' goes on from there";

    public const string BudgetSpent = $"the token budget is spent; {AttemptVerdict.AfterBudget}";

    private const int QuoteLength = 200;

    /// <summary>How the gateway's refusal begins: the agent repeats it as its last words.</summary>
    private const string BudgetRefusal = "AWOC: token budget";

    /// <summary>How it refuses a model without a price: no budget is spent, and the model API was never asked.</summary>
    private const string PriceRefusal = "AWOC: no price is known";

    /// <summary>How everything begins that the gateway answers in the upstream's place.</summary>
    private const string GatewayVoice = "AWOC:";

    /// <summary>Of that, what it says where the upstream is absent or silent.</summary>
    private const string UpstreamAway = "AWOC: the model API at";

    public static AttemptVerdict Of(ApiFailure failure)
    {
        var said = Quoted(failure.Message);
        if (Says(failure, BudgetRefusal))
            return new AttemptVerdict(TaskOutcome.BudgetExhausted, EndReason.Tokens, BudgetSpent);

        if (Says(failure, PriceRefusal))
            return Fail(EndReason.BadRequest, $"its money is limited, and what its model costs is not known{said}", $"add the price, then {Retry}, or launch it again with another --model or without --max-cost");

        return Reason(failure) switch
        {
            EndReason.RateLimited => Fail(EndReason.RateLimited, $"the model API's rate or usage limit was reached{said}", WhenReset(failure.ResetsAt)),
            EndReason.Overloaded => Fail(EndReason.Overloaded, $"the model API stayed overloaded{said}", Later),
            EndReason.ServerError => Fail(EndReason.ServerError, $"the model API failed{said}", Later),
            EndReason.Auth => Fail(EndReason.Auth, $"the model API did not accept the credential{said}", $"'awoc doctor' shows which one is used; then {Retry}"),
            EndReason.Billing => Fail(EndReason.Billing, $"the account cannot pay for the model{said}", $"mend its billing, then {Retry}"),
            EndReason.ModelNotFound => Fail(EndReason.ModelNotFound, $"the model is not known to the API{said}", "launch it again with another --model"),
            EndReason.ContextTooLong => Fail(
                EndReason.ContextTooLong, $"the conversation outgrew the model's window{said}",
                $"'awoc retry {AttemptVerdict.TaskHandle} --reduce-scope' begins a smaller one, or launch it again with fewer context files"),
            EndReason.OutputTooLong => Fail(
                EndReason.OutputTooLong, $"the model's answer was cut at its length limit{said}",
                $"'awoc retry {AttemptVerdict.TaskHandle} --reduce-scope' asks for less"),
            EndReason.Refused => Refused(failure.Message),
            EndReason.Network => Fail(
                EndReason.Network, $"the model API could not be reached{said}", $"'awoc doctor' checks network and proxy settings; then {Retry}"),
            EndReason.GatewayUnavailable => Fail(
                EndReason.GatewayUnavailable, $"it could not get through to AWOC's own gateway{said}", $"see 'awoc daemon status'; then {Retry}"),
            EndReason.BadRequest => Fail(EndReason.BadRequest, $"the model API rejected the request{said}", SeeLogs),
            _ => Fail(EndReason.AgentError, $"the agent ended with an error{said}", SeeLogs),
        };
    }

    private const string Retry = $"'awoc retry {AttemptVerdict.TaskHandle} --resume' goes on";

    private const string Later = $"'awoc retry {AttemptVerdict.TaskHandle} --resume' later goes on from there";

    private static string WhenReset(DateTimeOffset? resetsAt) => resetsAt is { } at
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"it resets at {at.UtcDateTime:yyyy-MM-dd HH:mm}Z; {Retry} then")
        : Later;

    public static AttemptVerdict Refused(string said) =>
        Fail(EndReason.Refused, $"the model refused the task{Quoted(said)}", "launch it again with what it is for, or with another --model");

    public static AttemptVerdict Crashed(string what) => Fail(EndReason.AgentCrashed, what, SeeLogs);

    public static AttemptVerdict Fail(EndReason reason, string what, string next) =>
        new(TaskOutcome.Failed, reason, $"{what.TrimEnd('.')}; {next}");

    /// <summary>The agent's words as a part of a sentence: one line, bounded; nothing when there are none.</summary>
    public static string Quoted(string said)
    {
        var line = string.Join(' ', said.Split((char[]?)null, 200, StringSplitOptions.RemoveEmptyEntries));
        line = new string([.. line.Where(c => !char.IsControl(c))]);
        return line.Length switch
        {
            0 => "",
            > QuoteLength => $" (\"{line[..QuoteLength]}…\")",
            _ => $" (\"{line.TrimEnd('.')}\")",
        };
    }

    private static EndReason Reason(ApiFailure failure)
    {
        // What the agent says in words is more exact than the status it came with: a 400 can be billing or length.
        if (Says(failure, "credit balance") || failure.Class == "billing_error" || failure.Status == 402) return EndReason.Billing;
        if (failure.Terminal == "prompt_too_long" || Says(failure, "prompt is too long") || failure.Status == 413) return EndReason.ContextTooLong;
        if (Says(failure, "context window limit") || failure.Terminal == "model_context_window_exceeded") return EndReason.ContextTooLong;
        if (failure.Class == "max_output_tokens" || failure.Terminal == "max_tokens") return EndReason.OutputTooLong;
        if (failure.Terminal == "refusal") return EndReason.Refused;
        if (Says(failure, "not logged in")) return EndReason.Auth;
        if (Says(failure, UpstreamAway)) return EndReason.Network;
        if (failure.Status is 502 or 503 or 504 && Says(failure, GatewayVoice)) return EndReason.GatewayUnavailable;
        return ByStatus(failure) ?? ByClass(failure) ?? EndReason.AgentError;
    }

    private static EndReason? ByStatus(ApiFailure failure) => failure.Status switch
    {
        401 or 403 => EndReason.Auth,
        // An address that is not the API's own answers 404 to everything.
        404 => failure.Class == "model_not_found" || failure.ErrorType == "not_found_error" || Says(failure, "model") ? EndReason.ModelNotFound : EndReason.BadRequest,
        429 => EndReason.RateLimited,
        529 => EndReason.Overloaded,
        // The upstream's own word for an overload, whatever status it came with.
        >= 500 => failure.ErrorType == "overloaded_error" || failure.Class == "overloaded" ? EndReason.Overloaded : EndReason.ServerError,
        >= 400 => EndReason.BadRequest,
        _ => null,
    };

    private static EndReason? ByClass(ApiFailure failure) => failure.Class switch
    {
        "rate_limit" => EndReason.RateLimited,
        "overloaded" => EndReason.Overloaded,
        "authentication_failed" or "oauth_org_not_allowed" => EndReason.Auth,
        "model_not_found" => EndReason.ModelNotFound,
        "invalid_request" => EndReason.BadRequest,
        _ when Says(failure, "unable to connect") || Says(failure, "request timed out") || Says(failure, "ECONNRESET") || Says(failure, "malformed response")
            || Says(failure, "connection error") || failure.Class == "network" => failure.Unheard ? EndReason.GatewayUnavailable : EndReason.Network,
        "server_error" => failure.ErrorType == "overloaded_error" ? EndReason.Overloaded : EndReason.ServerError,
        _ => null,
    };

    private static bool Says(ApiFailure failure, string words) => failure.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
