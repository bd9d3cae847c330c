namespace Awoc.Rehearsal.Messages;

/// <summary>An error in the shape of the Messages API.</summary>
internal sealed record ApiError(int Status, string Type, string Message)
{
    /// <summary>Seconds, sent as <c>retry-after</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Sent as <c>x-should-retry</c>.</summary>
    public bool? ShouldRetry { get; init; }

    public static ApiError Invalid(string message) => new(400, "invalid_request_error", message);

    public static ApiError NotFound(string message) => new(404, "not_found_error", message);

    /// <summary>The error type that the API pairs with a status.</summary>
    public static string TypeOf(int status) => status switch
    {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };

    public static string DefaultMessage(int status) => status switch
    {
        401 => "invalid x-api-key",
        403 => "Your API key does not have permission to use the specified resource.",
        404 => "Not found",
        413 => "Request exceeds the maximum size",
        429 => "This request would exceed your organization's rate limit of 400,000 input tokens per minute.",
        504 => "The request timed out",
        529 => "Overloaded",
        >= 500 => "Internal server error",
        _ => "Bad request",
    };
}
