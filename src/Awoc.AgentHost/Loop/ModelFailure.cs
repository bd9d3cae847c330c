using System.Text.RegularExpressions;
using Anthropic.Exceptions;

namespace Awoc.AgentHost.Loop;

/// <summary>A model call that failed.</summary>
/// <param name="Class">The same words that Claude Code has for it.</param>
/// <param name="Status">HTTP status; null when there was no answer, or it broke off.</param>
/// <param name="CanRepeat">The same request may fare better later.</param>
internal sealed partial record ModelFailure(string Class, int? Status, string Message, bool CanRepeat)
{
    /// <summary>The gateway's refusal when a budget is spent: <c>AWOC: token budget of task …</c>, <c>AWOC: cost budget of …</c>.</summary>
    public bool IsBudget => Status == 400 && BudgetRefusal().IsMatch(Message);

    /// <summary>Null for a fault that is not the model API's: a bug, which is to be seen.</summary>
    public static ModelFailure? Of(Exception fault) => fault switch
    {
        AnthropicApiException api => OfStatus((int)api.StatusCode, api.ApiMessage ?? api.Message),
        AnthropicSseException broken => OfStream(broken),
        AnthropicIOException or AnthropicInvalidDataException or HttpRequestException or IOException or System.Text.Json.JsonException =>
            new ModelFailure("network", null, $"Unable to connect to API ({fault.InnerException?.Message ?? fault.Message})", true),
        OperationCanceledException => new ModelFailure("network", null, "Request timed out", true),
        _ => null,
    };

    private static ModelFailure OfStatus(int status, string message) => new(
        status switch
        {
            401 or 403 => "authentication_failed",
            402 => "billing_error",
            404 => "model_not_found",
            429 => "rate_limit",
            529 => "overloaded",
            >= 500 => "server_error",
            _ => "invalid_request",
        },
        status,
        message,
        status is 408 or 409 or 429 or >= 500);

    // An error event in the middle of a stream that began with 200.
    private static ModelFailure OfStream(AnthropicSseException broken)
    {
        var said = $"{broken.Body} {broken.Message}";
        var message = broken.ApiMessage ?? broken.Message;
        if (said.Contains("overloaded_error", StringComparison.Ordinal)) return new ModelFailure("overloaded", 529, message, true);
        return said.Contains("rate_limit_error", StringComparison.Ordinal)
            ? new ModelFailure("rate_limit", 429, message, true)
            : new ModelFailure("server_error", 500, message, true);
    }

    [GeneratedRegex(@"AWOC: [a-z ]{0,24}budget", RegexOptions.CultureInvariant)]
    private static partial Regex BudgetRefusal();
}
