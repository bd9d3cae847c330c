using System.Text;
using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>
/// A task of thirty steps that is cut off at its twentieth, by each thing that can cut it off: it finishes, and at most one step
/// is done twice.
/// </summary>
public sealed class ThirtyStepsTests
{
    private const int Steps = 30;
    private const int CutAt = 20;
    private const string Key = "thirty-steps";
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("builtin", "overload")]
    [InlineData("builtin", "timeout")]
    [InlineData("builtin", "agent")]
    [InlineData("builtin", "shim")]
    [InlineData("builtin", "daemon")]
    [InlineData("claude", "overload")]
    [InlineData("claude", "timeout")]
    [InlineData("claude", "agent")]
    [InlineData("claude", "shim")]
    [InlineData("claude", "daemon")]
    public async Task Run_CutOffAtStepTwenty_FinishesWithAtMostOneStepRepeated(string agent, string by)
    {
        var scenario = ScenarioSource.Parse(Scenario(by)).Scenario!;
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions { ApiKey = Key, Scenario = scenario.Name, Scenarios = [scenario] });
        await using var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = Key;
        awoc.Environment["CLAUDE_CODE_MAX_RETRIES"] = "1";
        await awoc.AwocAsync("config", "set", "recovery.delay", "1");
        await awoc.AwocAsync("config", "set", "agents.builtin.max_retries", "1");
        string[] limits = by == "timeout" ? ["--timeout", "15", "--on-failure", "auto"] : ["--timeout", "300"];
        var id = await awoc.LaunchAsync(["custom:do the thirty steps", "--agent", agent, "--tokens", "60000", .. limits]);
        var first = Path.Combine(awoc.TaskFolder(id), "attempts", "1");
        if (by is "agent" or "shim" or "daemon")
        {
            await Eventually.TrueAsync(() => Done(awoc).LastOrDefault() == CutAt, s_soon, "step twenty");
            // Claude Code writes its transcript some tenths of a second late. A model reads of a step that
            // is missing there in the prompt; the scenario plays by the conversation alone.
            if (agent == "claude") await Eventually.TrueAsync(() => IsInTranscript(awoc, $"echo {CutAt} "), s_soon, "the transcript");
            Processes.Kill(by switch
            {
                "agent" => (int)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(first, "shim.json")))!["agentPid"]!,
                "shim" => (int)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(first, "claim")))!["pid"]!,
                _ => await awoc.DaemonPidAsync(),
            });
        }

        // The twentieth step ends only now, so that it was under way when it was cut off.
        if (by is "agent" or "shim" or "timeout")
            await Eventually.TrueAsync(() => Directory.Exists(Path.Combine(awoc.TaskFolder(id), "attempts", "2")), s_soon, "the second attempt");
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");

        var status = await awoc.EndOfAsync(id);
        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + awoc.Diagnose(id));
        Assert.Equal(by == "daemon" ? 1 : 2, status["attempts"]!.AsArray().Count);
        var done = Done(awoc);
        Assert.Equal(Enumerable.Range(1, Steps), done.Distinct().Order());
        Assert.InRange(done.Count, Steps, Steps + 1);

        // What was paid for once is not paid for again.
        var attempts = status["attempts"]!.AsArray().Select(a => (long)a!["usage"]!["output"]!).ToList();
        if (attempts.Count == 2) Assert.True(attempts[1] < attempts[0], $"{attempts[0]} then {attempts[1]} tokens");
        Console.WriteLine($"thirty steps, {agent}, {by}: tokens {string.Join(" + ", attempts)}, steps done {done.Count}");
    }

    private static bool IsInTranscript(AwocSandbox awoc, string text) =>
        Directory.EnumerateFiles(Path.Combine(awoc.Root, ".claude", "projects"), "*.jsonl", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains(text, StringComparison.Ordinal));

    private static List<int> Done(AwocSandbox awoc)
    {
        var path = Path.Combine(awoc.Work, "steps.txt");
        return File.Exists(path) ? [.. File.ReadAllLines(path).Where(l => l.Length > 0).Select(l => int.Parse(l, System.Globalization.CultureInfo.InvariantCulture))] : [];
    }

    private static string Scenario(string by)
    {
        var yaml = new StringBuilder("name: thirty\nsteps:\n");
        for (var step = 1; step <= Steps; step++)
        {
            if (step == CutAt + 1 && by == "overload") yaml.Append("  - error: {status: 529, type: overloaded_error, message: Overloaded, times: 8}\n");
            var hold = step == CutAt && by != "overload" ? "; while ! test -e go; do sleep 0.1; done" : "";
            yaml.Append(System.Globalization.CultureInfo.InvariantCulture, $"  - tool: {{name: Bash, input: {{command: \"echo {step} >> steps.txt{hold}\"}}}}\n");
        }

        return yaml.Append("  - text: All thirty steps are done.\n").ToString();
    }
}
