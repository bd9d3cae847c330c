using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>The workflows that ship, run by the real Claude Code against the rehearsal server.</summary>
public sealed class WorkflowSampleTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private static AwocSandbox NewSandbox(string sample)
    {
        var awoc = new AwocSandbox().WithClaude().Rehearsed();
        File.WriteAllText(Path.Combine(awoc.Work, "README.md"), "# A project\n\nIt signs people in. TODO: say how.\n");
        Directory.CreateDirectory(Path.Combine(awoc.Work, "src"));
        File.WriteAllText(Path.Combine(awoc.Work, "src", "auth.py"), "def login(user, password):\n    return user == 'admin'  # TODO: check the password\n");
        File.Copy(Path.Combine(Repository(), "samples", "workflows", $"{sample}.yaml"), Path.Combine(awoc.Work, "w.yaml"));
        return awoc;
    }

    private static string Repository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Awoc.slnx"))) directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    private static Task<Ran> RunAsync(AwocSandbox awoc, params string[] more) =>
        awoc.RunAsync(Binaries.Awoc, ["workflow", "run", "w.yaml", "--wait", "--yes", "--json", .. more], s_limit);

    private static Dictionary<string, JsonNode> Steps(Ran ran) => JsonNode.Parse(ran.Out)!["steps"]!.AsArray().ToDictionary(s => (string)s!["key"]!, s => s!);

    private static string Told(Ran ran, AwocSandbox awoc) => ran.Error + string.Concat(Steps(ran).Values.Where(s => (string?)s["task"]?["outcome"] != "succeeded").Select(s => awoc.Diagnose((string)s["task"]!["id"]!)));

    [Theory]
    [InlineData("code-review", "security-review.json", "perf-analysis.md", "test-coverage.md", "review-verdict.md")]
    [InlineData("documentation", "api-docs.md", "user-guide.md", "deploy-guide.md", "DOCUMENTS.md")]
    public async Task Run_Sample_SucceedsAndIsReusedWhole(string sample, params string[] results)
    {
        await using var awoc = NewSandbox(sample);
        string[] inputs = sample == "code-review" ? ["--input", "source=src"] : [];
        Assert.Equal(0, (await awoc.AwocAsync(["workflow", "validate", "w.yaml", .. inputs])).Code);
        var ran = await RunAsync(awoc, inputs);
        Assert.True(ran.Code == 0, Told(ran, awoc));
        Assert.All(results, file => Assert.True(new FileInfo(Path.Combine(awoc.Work, file)).Length > 0, file));
        Assert.All(Steps(ran).Values, s => Assert.Equal(("run", "claude"), ((string?)s["action"], (string?)s["task"]!["agent"])));
        var tasks = await awoc.CountTasksAsync();

        var again = await RunAsync(awoc, inputs);
        Assert.Equal(0, again.Code);
        Assert.All(Steps(again).Values, s => Assert.Equal("reuse", (string?)s["action"]));
        Assert.Equal(tasks, await awoc.CountTasksAsync());
    }

    /// <summary>The daemon, the shims and the agents die at once, while the last steps are at work.</summary>
    [Fact]
    public async Task Run_FeatureDevelopmentKilledHalfWay_FinishesWithoutRunningAgainWhatWasDone()
    {
        await using var awoc = NewSandbox("feature-development");
        var started = await awoc.AwocAsync("workflow", "run", "w.yaml", "--yes", "--json");
        Assert.True(started.Code == 0, started.Error);
        var ids = Steps(started).ToDictionary(s => s.Key, s => (string)s.Value["task"]!["id"]!);
        Assert.Equal(5, ids.Count);

        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(ids["plan"]))["state"] == "running", s_limit, "the plan to be under way");

        // Not only dispatched: one whose agent has said nothing yet would begin the same attempt anew.
        await Eventually.TrueAsync(() => new FileInfo(Path.Combine(awoc.TaskFolder(ids["plan"]), "attempts", "1", "events.jsonl")) is { Exists: true, Length: > 0 }, s_limit, "the plan's agent to say something");
        string[] done = ["research", "analysis", "test-plan"];
        var before = done.ToDictionary(k => k, k => Trace(awoc, ids[k]));
        foreach (var pid in Processes.WithEnvironment(awoc.Root)) Processes.Kill(pid);
        await Eventually.TrueAsync(() => Processes.WithEnvironment(awoc.Root).Count == 0, TimeSpan.FromSeconds(20), "all of it to be dead");

        // A new daemon goes on by itself; whoever asks for the workflow once more is attached to the run.
        var ran = await RunAsync(awoc);
        Assert.True(ran.Code == 0, Told(ran, awoc));
        Assert.Contains("is under way", ran.Error, StringComparison.Ordinal);
        var steps = Steps(ran);
        Assert.Equal(ids, steps.ToDictionary(s => s.Key, s => (string)s.Value["task"]!["id"]!));
        Assert.Equal(5, await awoc.CountTasksAsync());
        foreach (var key in done)
        {
            Assert.Single((await awoc.StatusAsync(ids[key]))["attempts"]!.AsArray());
            Assert.Equal(before[key], Trace(awoc, ids[key]));
        }

        Assert.Equal(2, (await awoc.StatusAsync(ids["plan"]))["attempts"]!.AsArray().Count);
        var prompt = await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(ids["plan"]), "task-prompt.txt"));
        Assert.Contains(Path.Combine(awoc.Work, "feature-research.md"), prompt, StringComparison.Ordinal);
        Assert.All(new[] { "feature-research.md", "feature-analysis.md", "feature-test-plan.md", "feature-plan.md", "feature-brief.md" }, f => Assert.True(File.Exists(Path.Combine(awoc.Work, f)), f));

        var again = await RunAsync(awoc);
        Assert.All(Steps(again).Values, s => Assert.Equal("reuse", (string?)s["action"]));
        Assert.Equal(5, await awoc.CountTasksAsync());
    }

    /// <summary>All that an agent of the task ever said, and every model call of it that was metered.</summary>
    private static string Trace(AwocSandbox awoc, string id) => string.Join('\n', Directory.EnumerateFiles(awoc.TaskFolder(id), "*.jsonl", SearchOption.AllDirectories)
        .Order().Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"));
}
