namespace Awoc.EndToEnd.Endings;

/// <summary>Ends of the built-in agent.</summary>
internal static class BuiltinEndings
{
    private const string Text = """  - text: "# Report\n\nThe project holds one file." """;

    private const string ByTheBudget = "calls refused by the budget";
    private const string Turns = """
          - tool: {name: Bash, input: {command: "true"}}
            text: {text: "Looking.", tokens: 300}
            repeat: 40
        """;

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
        Builtin("A connection that says nothing, until the deadline", "timed_out", "deadline", "none") with { Scenario = "hang", Flags = ["--timeout", "10"], Evidence = "stopped: deadline" },
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
        Builtin("A tool that runs, until the deadline", "timed_out", "deadline", "partial") with { Steps = """  - tool: {name: Bash, input: {command: "sleep 1000"}}""", Flags = ["--timeout", "4"] },
        Builtin("The task's limit of turns", "budget_exhausted", "turns", "partial") with { Flags = ["--max-turns", "3"], Steps = Turns, Evidence = ByTheBudget, Says = ["(3 of 3)"] },
        Builtin("The budget of input tokens is spent", "budget_exhausted", "input_tokens", "partial") with
        {
            Flags = ["--max-input-tokens", "4000"],
            Steps = Turns,
            Evidence = ByTheBudget,
            Says = ["budget of input tokens spent ("],
        },
        Builtin("The budget of money is spent", "budget_exhausted", "cost", "partial") with
        {
            Model = "claude-haiku-4-5",
            Flags = ["--max-cost", "0.01"],
            Steps = Turns,
            Evidence = ByTheBudget,
            Says = ["money budget spent ($", " of $0.01"],
        },
        Builtin("A connection that says nothing, until it counts as hung", "failed", "stalled", "none") with { Scenario = "hang", Flags = ["--stall-timeout", "2"], Says = ["stall limit of 2s"] },
        Builtin("Ends well with no output at all", "failed", "agent_error", "none") with { Steps = "  - text: \"\"" },
    ];

    private static EndingRow Builtin(string way, string outcome, string? reason, string result) => new("builtin", way, outcome, reason, result);
}
