namespace Awoc.EndToEnd.Endings;

/// <summary>Ends of the built-in agent.</summary>
internal static class BuiltinEndings
{
    private const string Text = """  - text: "# Report\n\nThe project holds one file." """;

    public static EndingRow[] Rows { get; } =
    [
        Builtin("Writes its output and ends", "succeeded", null, "complete") with { Scenario = "write-target" },
        Builtin("The model refuses", "failed", "refused", "partial") with { Scenario = "refusal" },
        Builtin("Every answer is cut at its length limit", "failed", "output_too_long", "partial") with { Scenario = "max-tokens" },
        Builtin("A call is cut in its arguments, and the agent says that it is done", "failed", "output_too_long", "partial") with
        {
            Steps = """
                  - tool: {name: Write, input: {file_path: "{{output}}", content: "cut"}}
                    stop: max_tokens
                  - text: "I wrote the report."
                """,
        },
        Builtin("Its own limit of turns", "budget_exhausted", "turns", "none") with { Steps = """  - tool: {name: Bash, input: {command: "true"}}""" },
        Builtin("401, the credential is refused", "failed", "auth", "none") with { Scenario = "auth", Evidence = "stopped: auth" },
        Builtin("400, the credit balance is too low", "failed", "billing", "none") with { Scenario = "billing" },
        Builtin("429 with `retry-after` at every try", "failed", "rate_limited", "none") with { Steps = "  - error: {status: 429, times: always, retryAfter: 1}" },
        Builtin("529 at every try", "failed", "overloaded", "none") with { Steps = "  - error: {status: 529, times: always}" },
        Builtin("Nobody listens at the API's address", "failed", "network", "none") with { Upstream = bench => bench.Broken.Refused },
        Builtin("Each stream breaks off", "failed", "network", "partial") with { Steps = "  - text: {text: \"Begun.\", tokens: 400}\n    cut: 0.5\n    times: always" },
        Builtin("A connection that says nothing, until the deadline", "timed_out", "deadline", "none") with { Scenario = "hang", Flags = ["--timeout", "3"] },
        Builtin("The token budget is spent over many turns", "budget_exhausted", "tokens", "partial") with
        {
            Flags = ["--tokens", "1200"],
            Steps = """
                  - tool: {name: Bash, input: {command: "true"}}
                    text: {text: "Looking.", tokens: 300}
                    repeat: 20
                """,
            Evidence = "calls refused by the budget",
        },
        Builtin("Ends well with no output at all", "failed", "agent_error", "none") with { Steps = "  - text: \"\"" },
    ];

    private static EndingRow Builtin(string way, string outcome, string? reason, string result) => new("builtin", way, outcome, reason, result);
}
