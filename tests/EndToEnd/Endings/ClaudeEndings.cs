using System.Globalization;
using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Endings;

/// <summary>Ends of the real Claude Code.</summary>
internal static class ClaudeEndings
{
    private const string Text = """  - text: "# Report\n\nThe project holds one file." """;
    private const string Silent = "  - thinking: {text: \"Nothing to add.\"}\n    text: \"\"";
    private const string Sleep = """  - tool: {name: Bash, input: {command: "sleep 1000"}}""";
    private const string ByTheBudget = "calls refused by the budget";
    private const string Turns = """
          - tool: {name: Bash, input: {command: "true"}}
            text: {text: "Looking.", tokens: 300}
            repeat: 40
        """;
    private const string WriteReport = """  - tool: {name: Write, input: {file_path: "{{output}}", content: "# Report"}}""" + "\n";
    private const string WriteLong =
        """  - tool: {name: Write, input: {file_path: "{{output}}", content: "A report that is longer than sixty tokens, which is to say longer than about two hundred and forty bytes, and which therefore is cut in the midst of its arguments, so that no file is ever written although the agent goes on and says that it is there, and all is well."}}""" + "\n";

    /// <summary>The real one with other arguments: <paramref name="edit"/> changes <c>args[i]</c>, one after the other.</summary>
    private static string Edited(string edit) => $"args=(\"$@\")\nfor i in \"${{!args[@]}}\"; do {edit}; done\nexec \"$CLAUDE\" \"${{args[@]}}\"";

    private static string With(string flags) => $"exec \"$CLAUDE\" \"$@\" {flags}";

    private static string Error(int status, string more = "") => $"  - error: {{status: {status}, times: always{more}}}";

    public static EndingRow[] Rows { get; } =
    [
        Claude("Writes its output and ends", "succeeded", null, "complete") with { Steps = WriteReport + Text },
        Claude("Answers in words and writes no file", "succeeded", null, "complete") with { Steps = Text },
        Claude("The stream breaks off once and is asked for again", "succeeded", null, "complete") with { Steps = "  - text: {text: \"Begun.\", tokens: 400}\n    cut: 0.5\n" + Text },
        Claude("A tool is refused, and the output is there all the same", "succeeded", null, "complete") with
        {
            Program = Edited("[ \"${args[i]}\" = --allowedTools ] && args[i+1]=\"${args[i+1]//Bash,/}\""),
            Steps = """  - tool: {name: Bash, input: {command: "touch x"}}""" + "\n" + WriteReport + Text,
            Says = ["refused Bash"],
        },
        Claude("Ends well with no output at all", "failed", "no_output", "none") with { Steps = Silent },
        Claude("A tool is refused and nothing is written", "failed", "permission_denied", "partial") with
        {
            Program = Edited("[ \"${args[i]}\" = --allowedTools ] && args[i+1]=\"${args[i+1]//Write,/}\""),
            Steps = """  - tool: {name: Write, input: {file_path: "{{output}}", content: "# Report"}}""" + "\n" + """  - text: "I was not allowed to write the file." """,
            Says = ["refused Write"],
        },
        Claude("A `Write` is cut in its arguments, and the agent says that it is done", "failed", "output_too_long", "partial") with
        {
            Environment = [("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "60")],
            Steps = WriteLong + """  - text: "I wrote the report." """,
            Says = ["Write"],
        },
        Claude("Every answer is cut at its length limit", "failed", "output_too_long", "partial") with { Scenario = "max-tokens" },
        Claude("An answer is cut by the token budget", "budget_exhausted", "tokens", "partial") with
        {
            Flags = ["--tokens", "2000"],
            Steps = """  - text: {text: "A long report.", tokens: 5000}""",
            Evidence = "calls refused by the budget",
            Says = ["2,000"],
        },
        Claude("A sub-agent's model call fails, and the main thread says success", "failed", "bad_request", "partial") with
        {
            ByPrompt = true,
            Program = Edited("case \"${args[i]}\" in --tools|--allowedTools) args[i+1]+=,Task;; esac"),
            Steps = """  - tool: {name: Agent, input: {description: "look", prompt: "Look. [[rehearse:bad-request]]", subagent_type: general-purpose}}""" + "\n" + Text,
            Says = ["sub-agent"],
        },
        Claude("The model refuses", "failed", "refused", "partial") with { Scenario = "refusal" },
        Claude("A structured output was asked for and never given", "failed", "contract_violated", "partial") with { Program = With("""--json-schema '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}'"""), Steps = Text },
        Claude("The structured output is wrong each time", "failed", "contract_violated", "none") with
        {
            Program = With("""--json-schema '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}'"""),
            Steps = """  - tool: {name: StructuredOutput, input: {n: many}}""",
        },
        Claude("The result breaks its type's contract, and still does when it was to be mended", "failed", "contract_violated", "partial") with { Type = "research", Steps = WriteReport + Text, Says = ["breaks its contract", "awoc verify"] },
        Claude("An unknown slash command: no model is ever called", "failed", "agent_error", "partial") with
        {
            Program = "args=(); for a in \"$@\"; do [ \"$a\" = --disable-slash-commands ] || args+=(\"$a\"); done\n"
                + """printf '%s\n' '{"type":"user","message":{"role":"user","content":"/nosuch"}}' | "$CLAUDE" "${args[@]}" """,
            Steps = Text,
            Says = ["without one call"],
        },
        Claude("A result, and then an exit code other than 0", "failed", "agent_error", "partial") with { Program = "\"$CLAUDE\" \"$@\"; exit 3", Steps = Text, Says = ["code 3"] },
        Claude("Exit code 0 without a result", "failed", "agent_error", "partial") with { Program = "head -1 | \"$CLAUDE\" \"$@\" | grep -v '\"type\":\"result\"'; exit 0", Steps = Text },
        Claude("Exit code 0 and not a word", "failed", "agent_error", "none") with { Program = "exit 0" },
        Claude("SIGINT from outside", "failed", "agent_error", "none") with { Steps = Sleep, Meanwhile = row => SignalAgentAsync(row, "INT"), Evidence = "exit 1 with `error_during_execution`, or exit 0 and no result" },
        Claude("`kill -9` of the agent", "failed", "agent_crashed", "none") with { Steps = Sleep, Meanwhile = row => SignalAgentAsync(row, "KILL"), Says = ["signal 9"] },
        Claude("A segmentation fault", "failed", "agent_crashed", "none") with { Steps = Sleep, Meanwhile = row => SignalAgentAsync(row, "SEGV"), Says = ["11"] },
        Claude("SIGTERM from outside", "failed", "agent_crashed", "none") with { Steps = Sleep, Meanwhile = row => SignalAgentAsync(row, "TERM") },
        Claude("A flag that the CLI does not know", "failed", "agent_error", "none") with { Program = With("--no-such-flag"), Says = ["unknown option"] },
        Claude("A session id that is in use", "failed", "agent_error", "none") with
        {
            Program = "while [ $# -gt 0 ]; do [ \"$1\" = --session-id ] && s=$2; a+=(\"$1\"); shift; done\n\"$CLAUDE\" -p hello --session-id \"$s\" --model sonnet </dev/null >/dev/null\nexec \"$CLAUDE\" \"${a[@]}\"",
            Steps = Text,
            Says = ["already in use"],
        },
        Claude("A session to resume that does not exist", "failed", "agent_error", "none") with { Program = With("--resume 00000000-0000-4000-8000-000000000000 --fork-session"), Says = ["No conversation found"] },
        Claude("Its own limit of turns", "budget_exhausted", "turns", "none") with { Program = With("--max-turns 1"), Steps = """  - tool: {name: Bash, input: {command: "true"}}""" },
        Claude("Its own limit of money", "budget_exhausted", "cost", "none") with { Program = With("--max-budget-usd 0.0001"), Steps = """  - tool: {name: Bash, input: {command: "true"}}""" },
        Claude("The conversation is too long", "failed", "context_too_long", "none") with { Steps = Error(400, ", message: \"prompt is too long: 250000 tokens > 200000 maximum\"") },
        Claude("The model does not exist", "failed", "model_not_found", "none") with { Steps = Error(404, ", message: \"model: claude-sonnet-5\"") },
        Claude("400, a request that is wrong", "failed", "bad_request", "none") with { Scenario = "bad-request" },
        Claude("401, the credential is refused", "failed", "auth", "none") with { Scenario = "auth", Evidence = "stopped: auth" },
        Claude("403, the credential may not do this", "failed", "auth", "none") with { Steps = Error(403) },
        Claude("400, the credit balance is too low", "failed", "billing", "none") with { Scenario = "billing" },
        Claude("402, payment required", "failed", "billing", "none") with { Steps = Error(402, ", message: \"Payment required\"") },
        Claude("429 with `retry-after` at every try", "failed", "rate_limited", "none") with { Steps = Error(429, ", retryAfter: 1") },
        Claude("500 at every try", "failed", "server_error", "none") with { Steps = Error(500) },
        Claude("529 at every try", "failed", "overloaded", "none") with { Steps = Error(529) },
        Claude("An error event in the midst of each stream", "failed", "network", "none") with { Upstream = bench => bench.Broken.Error },
        Claude("Nobody listens at the API's address", "failed", "network", "none") with { Upstream = bench => bench.Broken.Refused },
        Claude("Each connection is reset", "failed", "network", "none") with { Upstream = bench => bench.Broken.Reset },
        Claude("What comes is no event stream", "failed", "network", "none") with { Upstream = bench => bench.Broken.Garbage },
        Claude("No answer within the CLI's own time", "failed", "network", "none") with { Environment = [("API_TIMEOUT_MS", "1000")], Steps = "  - text: late\n    delay: 1h" },
        Claude("Each stream breaks off, and no repeat is allowed", "failed", "network", "partial") with
        {
            Environment = [("CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK", "1")],
            Steps = "  - text: {text: \"Begun.\", tokens: 400}\n    cut: 0.5\n    times: always",
        },
        Claude("A connection that says nothing, until the deadline", "timed_out", "deadline", "none") with { Scenario = "hang", Flags = ["--timeout", "10"], Evidence = "stopped: deadline" },
        Claude("A tool that runs, until the deadline", "timed_out", "deadline", "partial") with { Steps = Sleep, Flags = ["--timeout", "40"] },
        Claude("Canceled", "canceled", "user", "none") with
        {
            Steps = Sleep,
            Meanwhile = async row =>
            {
                await ToolRunsAsync(row);
                await row.Bench.Awoc.AwocAsync("cancel", row.Id);
            },
        },
        Claude("The token budget is spent over many turns", "budget_exhausted", "tokens", "partial") with
        {
            Flags = ["--tokens", "2000"],
            Steps = """
                  - tool: {name: Bash, input: {command: "true"}}
                    text: {text: "Looking.", tokens: 300}
                    repeat: 20
                """,
            Evidence = "calls refused by the budget",
        },
        Claude("The task's limit of turns", "budget_exhausted", "turns", "partial") with { Flags = ["--max-turns", "3"], Steps = Turns, Evidence = ByTheBudget, Says = ["(3 of 3)"] },
        Claude("The budget of input tokens is spent", "budget_exhausted", "input_tokens", "partial") with
        {
            Flags = ["--max-input-tokens", "60000"],
            Steps = Turns,
            Evidence = ByTheBudget,
            Says = ["budget of input tokens spent ("],
        },
        Claude("The budget of money is spent", "budget_exhausted", "cost", "partial") with
        {
            Model = "claude-haiku-4-5",
            Flags = ["--max-cost", "0.1"],
            Steps = Turns,
            Evidence = ByTheBudget,
            Says = ["money budget spent ($", " of $0.1"],
        },
        Claude("A connection that says nothing, until it counts as hung", "failed", "stalled", "none") with { Scenario = "hang", Flags = ["--stall-timeout", "2"], Says = ["stall limit of 2s"] },
        Claude("It is killed in each of three attempts", "failed", "poisoned", "none") with { Program = "kill -9 $$", Flags = ["--on-failure", "default"], Says = ["3 times in a row"] },
        Claude("Its directory is gone before its next attempt", "failed", "spawn_failed", "none") with
        {
            Program = "rm -rf \"$PWD\"; kill -9 $$",
            Flags = ["--on-failure", "default"],
            Says = ["cannot enter the directory"],
        },
        Claude("The program names an interpreter that does not exist", "failed", "agent_missing", "none") with { Program = "#!/no/such/interpreter\n" },
        Claude("The program's interpreter may not be executed", "failed", "spawn_failed", "none") with { Program = "#!/tmp\n" },
        Claude("`kill -9` of the supervisor", "lost", "shim_lost", "none") with
        {
            Steps = Sleep,
            Meanwhile = async row =>
            {
                await ToolRunsAsync(row);
                Processes.Kill((int)ShimOf(row)["pid"]!);
            },
        },
        Claude("The output's directory is a file by the time of delivery", "failed", "delivery_failed", "complete") with
        {
            Output = "out/r.md",
            Steps = """  - tool: {name: Bash, input: {command: "rmdir out && touch out"}}""" + "\n" + WriteReport + Text,
        },
    ];

    private static EndingRow Claude(string way, string outcome, string? reason, string result) => new("claude", way, outcome, reason, result);

    private static JsonObject ShimOf(RunningRow row) => JsonNode.Parse(File.ReadAllText(Path.Combine(row.Attempt, "shim.json")))!.AsObject();

    private static async Task SignalAgentAsync(RunningRow row, string signal)
    {
        await ToolRunsAsync(row);
        var pid = ((int)ShimOf(row)["agentPid"]!).ToString(CultureInfo.InvariantCulture);
        await row.Bench.Awoc.RunAsync("/bin/kill", [$"-{signal}", pid]);
    }

    private static Task ToolRunsAsync(RunningRow row) => Eventually.TrueAsync(
        () => Processes.WithEnvironment(row.Id).Intersect(Processes.WithCommandLine("sleep 1000")).Any(), TimeSpan.FromSeconds(30), $"the tool of task {row.Id}");
}
