using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.Core.Tasks;
using Awoc.Runners.Tests.Running;

namespace Awoc.AgentHost.Tests;

/// <summary>More than one turn with one process.</summary>
public sealed partial class AgentRunTests
{
    private const string BudgetThenWords = """
        name: spent
        steps:
          - text: "Looking."
            tool: {name: Bash, input: {command: "echo seen"} }
          - error: {status: 400, type: invalid_request_error, message: "AWOC: token budget of task 1: 3750 used, 1250 kept for the report"}
          - text: "The report so far."
          - text: "More words."
        """;

    [Fact]
    public async Task Report_AfterTheBudgetsRefusal_IsWrittenInTheSameConversationWithoutTools()
    {
        await using var server = await ServeAsync(BudgetThenWords);
        await using var run = await StartAsync(server, "rehearsal/spent", converse: true);
        var first = await run.EndOfTurnAsync(1);
        Assert.Equal(("budget", true, 400), (first.Kind, first.IsError, first.ApiStatus));

        await run.SayAsync(_runner.Voice!.Report("Write the report now."));
        var second = await run.EndOfTurnAsync(2);
        Assert.Equal(("success", false, "The report so far."), (second.Kind, second.IsError, second.Answer));
        run.CloseInput();
        var evidence = await run.EndAsync();
        Assert.Equal(0, evidence.ExitCode);

        var requests = server.Log.MessageRequests;
        using var report = JsonDocument.Parse(requests[^1].Body!);
        using var work = JsonDocument.Parse(requests[0].Body!);
        Assert.Equal("none", report.RootElement.GetProperty("tool_choice").GetProperty("type").GetString());
        Assert.Equal(work.RootElement.GetProperty("tools").GetRawText(), report.RootElement.GetProperty("tools").GetRawText());
        Assert.Equal(32_000, report.RootElement.GetProperty("max_tokens").GetInt32());
        Assert.EndsWith("Write the report now.", LastUserText(report), StringComparison.Ordinal);
        Assert.Equal(requests.Where(r => r.Status == 200).Sum(r => r.Usage!.Output), (int)second.Usage!.Output);
    }

    [Theory]
    [InlineData("AWOC: input token budget of task 1: 100 used")]
    [InlineData("AWOC: cost budget of task 1: 0.10 USD used")]
    [InlineData("AWOC: turn budget of task 1: 3 used")]
    public async Task Run_AnyBudgetsRefusal_EndsTheTurnAsBudget(string refusal)
    {
        await using var server = await ServeAsync($$"""
            name: refused
            steps:
              - error: {status: 400, type: invalid_request_error, message: "{{refusal}}"}
            """);
        var (evidence, _) = await RunAsync(server, "rehearsal/refused");
        Assert.Equal(("budget", 1), (evidence.End!.Kind, evidence.ExitCode));
        Assert.Contains(refusal, evidence.End.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_InMidTurn_WaitsForTheTurnsEnd()
    {
        await using var server = await ServeAsync("""
            name: queue
            steps:
              - tool: {name: Bash, input: {command: "until [ -e go ]; do sleep 0.05; done"} }
              - text: "First answer."
              - text: "Second answer."
              - text: "Third answer."
            """);
        await using var run = await StartAsync(server, "rehearsal/queue", converse: true);
        await run.WaitForAsync(e => e is AgentEvent.ToolCall);
        await run.SayAsync(_runner.Voice!.Say("And then?"));
        await run.SayAsync("not json", """{"type":"from_a_newer_daemon"}""");
        await run.SayAsync(_runner.Voice.Say("And last?"));
        run.CloseInput();
        await File.WriteAllTextAsync(Path.Combine(_place.Cwd, "go"), "");
        var evidence = await run.EndAsync();

        Assert.Equal(["First answer.", "Second answer.", "Third answer."], run.Events.OfType<AgentEvent.End>().Select(e => e.Answer));
        Assert.Equal(0, evidence.ExitCode);
        Assert.DoesNotContain("And then?", server.Log.MessageRequests[1].Body, StringComparison.Ordinal);
        Assert.Contains("And then?", server.Log.MessageRequests[2].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sleep,seconds=7654321")]
    [InlineData("hang")]
    public async Task InterruptTurn_DuringWork_EndsTheTurnAndKeepsTheConversation(string scenario)
    {
        await using var server = await ServeAsync();
        await using var run = await StartAsync(server, $"rehearsal/{scenario}", converse: true);
        await server.Log.WaitAsync(log => log.MessageRequests.Count > 0);
        if (scenario != "hang") await run.WaitForAsync(e => e is AgentEvent.ToolCall);
        await run.SayAsync(_runner.Voice!.Interrupt);
        var first = await run.EndOfTurnAsync(1);
        Assert.Equal(("interrupted", true), (first.Kind, first.IsError));

        var asked = server.Log.MessageRequests.Count;
        await run.SayAsync(_runner.Voice.Say("What did you see?"));
        await server.Log.WaitAsync(log => log.MessageRequests.Count > asked && log.MessageRequests[asked].Body is not null);
        var body = server.Log.MessageRequests[asked].Body!;
        Assert.Contains("What did you see?", body, StringComparison.Ordinal);
        Assert.Equal(scenario != "hang", body.Contains("was interrupted", StringComparison.Ordinal));
        // The slept one has only its last words left to say.
        if (scenario != "hang") Assert.Equal("success", (await run.EndOfTurnAsync(2)).Kind);
        await run.InterruptAsync();
        Assert.Equal(scenario == "hang" ? 1 : 0, (await run.EndAsync()).ExitCode);
        Assert.Equal(2, run.Events.OfType<AgentEvent.End>().Count());
    }

    [Fact]
    public async Task Interrupt_BetweenTurns_EndsTheProcessWithTheLastTurnsCode()
    {
        await using var server = await ServeAsync("name: one\nsteps:\n  - text: \"Done.\"");
        await using var run = await StartAsync(server, "rehearsal/one", converse: true);
        await run.EndOfTurnAsync(1);
        await run.InterruptAsync();
        Assert.Equal(0, (await run.EndAsync()).ExitCode);
        Assert.Single(run.Events.OfType<AgentEvent.End>());
    }

    [Theory]
    [InlineData(500, 2)]
    [InlineData(null, 3)]
    public async Task Run_AnswerCutAtItsLength_GoesOnAtMostOnceWhereTheBudgetCutIt(int? output, int requests)
    {
        // Less than the 32,000 that are asked for: it was the gateway that lowered the length.
        var step = output is { } tokens
            ? $"{{\"text\": \"Cut.\", \"stop\": \"max_tokens\", \"usage\": {{\"output\": {tokens}}}}}"
            : "{\"text\": \"Cut.\", \"stop\": \"max_tokens\", \"usage\": {\"output\": 32000}}";
        await using var server = await ServeAsync($"name: cuts\nsteps:\n  - {step}\n");
        var (evidence, _) = await RunAsync(server, "rehearsal/cuts");
        Assert.Equal(("max_tokens", EndReason.OutputTooLong), (evidence.End!.Kind, _runner.Judge(evidence).Reason));
        Assert.Equal(requests, server.Log.MessageRequests.Count);
    }

    [Fact]
    public async Task Run_WriteCutAtItsLength_LeavesWhatCameOfIt()
    {
        // More than the 32,000 tokens that are asked for, at 4 bytes each.
        var words = string.Concat(Enumerable.Range(0, 12_000).Select(i => $"word {i:00000} "));
        await using var server = await ServeAsync($$$"""
            name: long
            steps:
              - text: "Writing."
                tool: {name: Write, input: {file_path: "{{output}}", content: "{{{words}}}"} }
              - text: "Too long."
            """);
        var (_, events) = await RunAsync(server, "rehearsal/long");
        Assert.False(File.Exists(_place.Staging));
        var pieces = events.OfType<AgentEvent.Piece>().ToList();
        Assert.Equal((PieceKind.Begin, "Write"), pieces.Where(p => p.Block == 1).Select(p => (p.Kind, p.Value)).First());
        var raw = string.Concat(pieces.Where(p => p.Kind == PieceKind.Input).Select(p => p.Value));
        Assert.Contains(_place.Staging, raw, StringComparison.Ordinal);
        Assert.True(raw.Length > 100_000, $"{raw.Length} characters came");
        var cut = Assert.Single(events.OfType<AgentEvent.ToolCall>());
        Assert.Equal((raw, true), (cut.Input, cut.Cut));
        Assert.StartsWith("This call was cut off", Assert.Single(events.OfType<AgentEvent.ToolResult>()).Value, StringComparison.Ordinal);
        Assert.Equal("Writing.", string.Concat(pieces.Where(p => p.Kind == PieceKind.Text).Select(p => p.Value)).Replace("Too long.", "", StringComparison.Ordinal));
        Assert.True(pieces.Count < 1_000, $"{pieces.Count} lines for one answer");
    }

    private static string LastUserText(JsonDocument request)
    {
        var last = request.RootElement.GetProperty("messages").EnumerateArray().Last();
        Assert.Equal("user", last.GetProperty("role").GetString());
        var content = last.GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? content.GetString()! : content.EnumerateArray().Last().GetProperty("text").GetString()!;
    }
}
