using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.Rehearsal.Tests;

public sealed class ScenarioFileTests
{
    [Fact]
    public void Parse_ManyFaults_ReportsAllWithTheirLines()
    {
        var reading = ScenarioSource.Parse("""
            name: Bad Name
            color: blue
            steps:
              - error: {status: 200, typ: x}
              - text: hi
                cut: 1.5
                delay: soon
              - plan: true
              - tool: {input: [1]}
                stop: never
              - text: "{{nobody}}"
                times: 3
              - {}
              - just words
            end: maybe
            """);

        Assert.Null(reading.Scenario);
        string[] expected =
        [
            "1:7: name: 'Bad Name' is no name",
            "2:1: unknown field 'color': name, description, parameters, steps, end, subagents, report, limits are allowed",
            "4:21: steps[0].error.status: '200' is not a whole number from 400 to 599",
            "4:26: steps[0].error: unknown field 'typ': status, type, message, retryAfter, shouldRetry, times are allowed",
            "6:10: steps[1].cut: '1.5' is not a share from 0 to 1",
            "7:12: steps[1].delay: 'soon' is not a duration up to 24h, such as 200ms, 5s or 2m",
            "8:5: steps[2]: plan hands over to the planner for good: it must be the last step",
            "9:11: steps[3].tool.name: is required",
            "9:19: steps[3].tool.input: a tool's input is a mapping",
            "10:11: steps[3].stop: 'never' is not one of end_turn, max_tokens, refusal, stop_sequence, pause_turn, tool_use",
            "11:11: steps[4].text: unknown variable '{{nobody}}': output, cwd, task, type, prompt, turn, open are known",
            "12:12: steps[4].times: only an error or a step with cut is counted by times; use repeat for answers",
            "13:5: steps[5]: a step needs one of error, text, tool, tools, thinking, blocks or plan",
            "14:5: steps[6]: a step is a mapping with one of error, text, tool, tools, thinking, blocks or plan",
            "15:6: end: 'maybe' is not one of repeat, error",
        ];
        Assert.Equal(expected.Length, reading.Faults.Count);
        Assert.All(expected.Zip(reading.Faults), pair => Assert.StartsWith(pair.First, pair.Second.ToString()));
    }

    [Theory]
    [InlineData("", "a scenario file is one YAML mapping")]
    [InlineData("- a", "a scenario file is one YAML mapping")]
    [InlineData("name: x", "steps: is required")]
    [InlineData("name: x\nsteps: []", "at least one step is needed")]
    [InlineData("name: x\nsteps: [", "not valid YAML")]
    [InlineData("name: x\nname: y\nsteps: [{text: a}]", "not valid YAML")]
    [InlineData("name: x\nsteps: [{text: a, error: {status: 500}}]", "exclude each other")]
    [InlineData("name: x\nsteps: [{plan: {turns: many}}]", "steps[0].plan.turns: 'many' is not a whole number")]
    [InlineData("name: x\nsteps: [{text: a}]\nsubagents: [{when: b}]", "subagents[0].steps: is required")]
    [InlineData("name: x\nsteps: [{text: a}]\nsubagents: [{steps: [{text: b, tool: 5}]}]", "subagents[0].steps[0].tool: expected a mapping")]
    [InlineData("name: x\nparameters: {output: 1}\nsteps: [{text: a}]", "cannot be parameters")]
    public void Parse_OneFault_NamesIt(string yaml, string expected)
    {
        var reading = ScenarioSource.Parse(yaml);

        Assert.Null(reading.Scenario);
        Assert.Contains(expected, Assert.Single(reading.Faults).ToString());
    }

    [Fact]
    public void BuiltIn_Scenarios_AreAllThere() => Assert.Equal(
        [
            "auth", "bad-request", "billing", "cut", "echo", "hang", "limited", "max-tokens", "ok", "overload", "rate-limit", "realistic", "refusal", "server-error", "sleep",
            "slow", "steps", "text-only", "turns", "window", "write-target",
        ],
        BuiltInScenarios.All.Select(s => s.Name));

    [Fact]
    public void Samples_EveryFile_IsAScenario()
    {
        var folder = Path.Combine(Binaries.Root, "samples", "scenarios");
        var files = Directory.GetFiles(folder, "*.yaml");

        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.Empty(ScenarioSource.Parse(File.ReadAllText(f)).Faults));
    }
}
