using System.Text.Json;
using Awoc.Core.Agents;
using Awoc.TestKit;

namespace Awoc.AgentHost.Tests;

/// <summary>What a killed agent's checkpoint lets the next one go on from.</summary>
public sealed partial class AgentRunTests
{
    private const string Counter = "echo x >> runs; sleep 0.01";

    [Fact]
    public async Task Run_KilledDuringACall_IsToldThatItsEffectIsUnknown()
    {
        await using var server = await ServeAsync("""
            name: killed
            steps:
              - text: "Now."
                tool: {name: Bash, input: {command: "echo x >> runs; sleep 1000", timeout: 600000} }
              - text: "Looked."
            """);
        string session;
        await using (var run = await StartAsync(server, "rehearsal/killed"))
        {
            session = ((AgentEvent.Session)await run.WaitForAsync(e => e is AgentEvent.Session)).Id;
            await Eventually.TrueAsync(() => File.Exists(Path.Combine(_place.Cwd, "runs")), s_soon, "the tool to run");
            run.KillNine();
            await run.EndAsync();
        }

        var (evidence, _) = await RunAsync(server, "rehearsal/killed", context => Next(context, session));
        Assert.Equal("Looked.", evidence.End!.Answer);
        Assert.Equal(["x"], await File.ReadAllLinesAsync(Path.Combine(_place.Cwd, "runs")));
        using var body = JsonDocument.Parse(server.Log.MessageRequests[^1].Body!);
        var results = body.RootElement.GetProperty("messages").EnumerateArray()
            .SelectMany(m => m.GetProperty("content") is { ValueKind: JsonValueKind.Array } blocks ? blocks.EnumerateArray().ToList() : [])
            .Where(b => b.GetProperty("type").GetString() == "tool_result").ToList();
        var result = Assert.Single(results);
        Assert.True(result.GetProperty("is_error").GetBoolean());
        Assert.Contains("Whether it had any effect is unknown", result.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_KilledAtStepTwentyOfThirty_RepeatsAtMostOneStep()
    {
        await using var server = await ServeAsync($$"""
            name: thirty
            steps:
              - tool: {name: Bash, input: {command: "{{Counter}}"} }
                repeat: 30
              - text: "All thirty."
            """);
        string session;
        await using (var run = await StartAsync(server, "rehearsal/thirty"))
        {
            session = ((AgentEvent.Session)await run.WaitForAsync(e => e is AgentEvent.Session)).Id;
            await run.WaitForAsync(_ => run.Events.OfType<AgentEvent.ToolResult>().Count() == 20);
            run.KillNine();
            await run.EndAsync();
        }

        var asked = server.Log.MessageRequests.Count;
        var (evidence, events) = await RunAsync(server, "rehearsal/thirty", context => Next(context, session));
        Assert.Equal("All thirty.", evidence.End!.Answer);
        // A kill falls between an answer and its results at worst: that call is not made again, its answer not asked for again.
        Assert.InRange((await File.ReadAllLinesAsync(Path.Combine(_place.Cwd, "runs"))).Length, 29, 31);
        Assert.InRange(events.OfType<AgentEvent.ToolCall>().Count(), 8, 11);
        Assert.InRange(server.Log.MessageRequests.Count, 31, 32);
        Assert.True(asked < 25, $"{asked} requests before the kill");
    }

    [Fact]
    public async Task Run_CheckpointWrittenByHalf_IsNotTaken()
    {
        await using var server = await ServeAsync("name: one\nsteps:\n  - text: \"Done.\"");
        var (_, events) = await RunAsync(server, "rehearsal/one");
        var session = events.OfType<AgentEvent.Session>().First().Id;
        var checkpoint = Path.Combine(_place.Attempt, $"session-{session}.json");
        Assert.False(File.Exists(checkpoint + ".tmp"));
        await File.WriteAllTextAsync(checkpoint + ".tmp", "{\"version\":1,\"mess");
        var (resumed, _) = await RunAsync(server, "rehearsal/one", context => Next(context, session));
        Assert.Equal("success", resumed.End!.Kind);

        await File.WriteAllTextAsync(checkpoint, "{\"version\":1,\"mess");
        var (broken, _) = await RunAsync(server, "rehearsal/one", context => Next(context, session) with { Attempt = 3 });
        Assert.Equal("error", broken.End!.Kind);
        Assert.Contains($"{checkpoint} cannot be read", broken.End.Answer, StringComparison.Ordinal);
    }

    private AttemptContext Next(AttemptContext context, string session) => context with
    {
        Directory = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(_place.Attempt)!, "2")).FullName,
        Attempt = 2,
        Resume = session,
        Prompt = "Go on.",
    };
}
