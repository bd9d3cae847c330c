using System.Text;
using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>A task that ran with its wire record is run again from the scenario made of it, in a fresh home and without its key.</summary>
public sealed class RehearseFromTests
{
    private const string Token = "plain-token-of-the-environment";

    [Theory]
    [InlineData("builtin")]
    [InlineData("claude")]
    public async Task From_SeveralTurnsAnOverloadAndAReport_IsHadAgain(string agent)
    {
        var key = $"sk-ant-canary-{Guid.NewGuid():n}";
        var script = Parse($$$"""
            name: several
            steps:
              - thinking: I begin by looking.
                text: 'Looking {{open}}around}} {{cwd}}: no # comment, "quotes" and more.'
                tool: {name: Bash, input: {command: "ls {{cwd}} && echo step >> {{cwd}}/steps.txt", description: List files}}
              - error: {status: 529}
              - text: "The key is {{{key}}}, the token {{{Token}}}."
                tools:
                  - {name: Read, input: {file_path: "{{cwd}}/notes.txt", limit: 20}}
                  - {name: Bash, input: {command: "echo step >> {{cwd}}/steps.txt"}}
              - error: {status: 429, retryAfter: 1}
              - tool:
                  name: Write
                  input:
                    file_path: "{{output}}"
                    content: |
                      # A report
                        with an indented line, {{open}}braces}} and 日本語.

                      It was written in two looks.
              - text: Done, as asked.
            """);
        var (first, again, yaml) = await TwiceAsync(agent, script, key, "custom:look around twice", "report.md", "--tokens", "20000");

        Assert.Equal("succeeded", first.Outcome);
        AssertSame(first, again);
        Assert.Equal("step\nstep\n", again.Steps);
        Assert.Contains("indented line, {{braces}} and 日本語.", again.Report, StringComparison.Ordinal);
        Assert.Equal([200, 200, 200, 200, 429, 529], again.Statuses.Order());
        Assert.DoesNotContain(key["sk-ant-canary-".Length..], yaml, StringComparison.Ordinal);
        Assert.DoesNotContain(key[^8..], yaml, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, yaml, StringComparison.Ordinal);
        Assert.Contains("The key is [redacted], the token [redacted].", yaml, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("builtin")]
    [InlineData("claude")]
    public async Task From_ABudgetSpentInTheMiddleAndALastReport_IsHadAgain(string agent)
    {
        var (first, again, yaml) = await TwiceAsync(
            agent, "turns?n=20&tokens=400", "sk-ant-canary-of-a-budget", "research:anything", "report.md", "--tokens", "1500");

        Assert.Equal("budget_exhausted", first.Outcome);
        AssertSame(first, again);
        Assert.StartsWith("> **Partial result**", again.Report, StringComparison.Ordinal);
        Assert.Contains("stop: max_tokens", yaml, StringComparison.Ordinal);
        Assert.Contains("rule-based rehearsal planner", again.Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_NothingToMakeAScenarioOf_SaysWhyAndWhatToDo()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        var unrecorded = await awoc.LaunchAsync("custom:say it", "--agent", "builtin", "--wait");
        var command = await awoc.LaunchAsync("custom:true", "--agent", "command", "--wait");

        await RefusedAsync(awoc, 2, "no-such-task", "rehearse", "--from", "no-such-task");
        await RefusedAsync(awoc, 1, "awoc run --record", "rehearse", "--from", unrecorded);
        await RefusedAsync(awoc, 1, "asks no model", "rehearse", "--from", command);
        await RefusedAsync(awoc, 2, "has no attempt 7: it has 1", "rehearse", "--from", unrecorded, "--attempt", "7");
        await RefusedAsync(awoc, 2, "17", "rehearse", "--from", unrecorded[..2]);
    }

    private static async Task RefusedAsync(AwocSandbox awoc, int code, string words, params string[] arguments)
    {
        var ran = await awoc.AwocAsync(arguments);
        Assert.True(ran.Code == code && ran.Error.Contains(words, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {ran.Code} {ran.Error}");
        Assert.Empty(ran.Out);
    }

    private static async Task<(Seen First, Seen Again, string Yaml)> TwiceAsync(string agent, string scenario, string key, params string[] task)
    {
        var added = scenario.Contains('\n', StringComparison.Ordinal) ? ScenarioSource.Parse(scenario).Scenario! : null;
        string[] arguments = [.. task, "--agent", agent];
        await using var awoc = new AwocSandbox().WithClaude();
        awoc.Environment["SOME_TOKEN"] = Token;
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "notes.txt"), $"the key: {key}\n");
        await using var server = await RehearsalServer.StartAsync(new RehearsalOptions
        {
            ApiKey = key,
            Scenario = added?.Name ?? scenario,
            Scenarios = added is null ? [] : [added],
        });
        var (first, id) = await RunAsync(awoc, server, key, [.. arguments, "--record"]);

        var file = Path.Combine(awoc.Work, "again.yaml");
        var made = await awoc.AwocAsync("rehearse", "--from", id, "--output", file);
        Assert.True(made.Code == 0, made.Error);
        Assert.Equal(file + "\n", made.Out);
        var yaml = await File.ReadAllTextAsync(file);
        Assert.Equal(yaml, (await awoc.AwocAsync("rehearse", "--from", id)).Out);
        Assert.Contains($"agent: {agent};", yaml, StringComparison.Ordinal);
        await RefusedAsync(awoc, 2, "is there already", "rehearse", "--from", id, "--output", file);

        await using var fresh = new AwocSandbox().WithClaude();
        await File.WriteAllTextAsync(Path.Combine(fresh.Work, "notes.txt"), "no key here\n");
        var reading = ScenarioSource.Parse(yaml);
        Assert.True(reading.Scenario is not null, string.Join('\n', reading.Faults) + "\n" + yaml);
        await using var replay = await RehearsalServer.StartAsync(new RehearsalOptions { Scenario = reading.Scenario.Name, Scenarios = [reading.Scenario] });
        var (again, _) = await RunAsync(fresh, replay, "rehearsal", arguments);
        return (first, again with { Told = $"{first.Told}\n=== again\n{again.Told}\n=== {yaml}" }, yaml);
    }

    private static async Task<(Seen Seen, string Id)> RunAsync(AwocSandbox awoc, RehearsalServer server, string key, string[] arguments)
    {
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl;
        awoc.Environment["ANTHROPIC_API_KEY"] = key;
        var id = await awoc.LaunchAsync(arguments);
        var status = await awoc.EndOfAsync(id);
        var requests = server.Log.MessageRequests;
        var report = Path.Combine(awoc.Work, "report.md");
        var steps = Path.Combine(awoc.Work, "steps.txt");
        var told = new StringBuilder(status.ToJsonString()).AppendLine();
        foreach (var r in requests) told.AppendLine($"{r.Status} {r.Error} {r.Model} tools {r.Tools} max {r.MaxTokens} generated {r.GeneratedTokens} {r.StopReason} {r.ToolChoice}");
        return (new Seen(
            (string?)status["outcome"], (string?)status["reason"], (string?)status["result"], status["usage"]!.AsObject(),
            [.. requests.Select(r => r.Status)], server.Log.Count, server.Log.TotalGeneratedTokens,
            File.Exists(report) ? (await File.ReadAllTextAsync(report)).Replace(id, "ID", StringComparison.Ordinal).Replace(id[(id.IndexOf('-', StringComparison.Ordinal) + 1)..], "HANDLE", StringComparison.Ordinal).Replace(awoc.Root, "ROOT", StringComparison.Ordinal) : "",
            File.Exists(steps) ? await File.ReadAllTextAsync(steps) : "",
            told.Append(awoc.Diagnose(id)).ToString()), id);
    }

    private static void AssertSame(Seen first, Seen again)
    {
        var same = first.Outcome == again.Outcome && first.Reason == again.Reason && first.Result == again.Result
            && first.Statuses.SequenceEqual(again.Statuses) && first.Requests == again.Requests && first.Generated == again.Generated && first.Report == again.Report && first.Steps == again.Steps
            && (long)first.Usage["output"]! == (long)again.Usage["output"]!;
        Assert.True(same, $"{first with { Told = "" }}\n{again with { Told = "" }}\n{again.Told}");
        Assert.NotEmpty(first.Report);
    }

    private static string Parse(string yaml) => ScenarioSource.Parse(yaml) is { Scenario: not null } ? yaml : throw new InvalidOperationException(string.Join('\n', ScenarioSource.Parse(yaml).Faults));

    private sealed record Seen(
        string? Outcome, string? Reason, string? Result, JsonObject Usage, IReadOnlyList<int> Statuses, long Requests, long Generated, string Report, string Steps, string Told);
}
