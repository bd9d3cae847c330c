using System.Text.Json.Nodes;
using Awoc.Rehearsal;
using Awoc.Rehearsal.Scenarios;
using Awoc.TestKit;

namespace Awoc.EndToEnd.Pool;

/// <summary>A sandbox whose daemon keeps real agents warm, with a git repository as its working directory and a model server that logs.</summary>
internal sealed class WarmSandbox : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private const string Tool = """
        name: say-task
        steps:
          - tool: {name: Bash, input: {command: "echo task=$AWOC_TASK_ID pane=$TMUX_PANE own=$OWN_TOKEN"}}
          - text: Done.
        """;

    private WarmSandbox(AwocSandbox awoc, RehearsalServer server) => (Awoc, Server) = (awoc, server);

    public AwocSandbox Awoc { get; }

    public RehearsalServer Server { get; }

    public string PoolFolder => Path.Combine(Awoc.Home, "background", "pool");

    public static async Task<WarmSandbox> StartAsync(int size = 1, string scenario = "say-task")
    {
        var server = await RehearsalServer.StartAsync(new RehearsalOptions { Scenarios = [ScenarioSource.Parse(Tool).Scenario!], Scenario = scenario });
        var awoc = new AwocSandbox().WithClaude(size);
        awoc.Environment["ANTHROPIC_API_KEY"] = "a-key";
        awoc.Environment["ANTHROPIC_BASE_URL"] = server.BaseUrl.ToString();
        // Of somebody who has used Claude Code before: in a new home, two that start together make an id of their own each.
        await File.WriteAllTextAsync(Path.Combine(awoc.Root, ".claude.json"), $$"""{"userID":"{{new string('a', 64)}}"}""");
        var warm = new WarmSandbox(awoc, server);
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "README.md"), "# A project\n");
        await warm.GitAsync("git init -q . && git add . && git -c user.name=n -c user.email=e commit -qm first");
        return warm;
    }

    public async Task GitAsync(string script)
    {
        var ran = await Awoc.ShellAsync(script);
        Assert.True(ran.Code == 0, ran.Error);
    }

    /// <summary>Launches, waits for the success, and says whether the agent had been warm. Without an output file: the repository stays as it is.</summary>
    public async Task<bool> RunAsync(params string[] more)
    {
        var id = await LaunchAsync(more);
        var status = await Awoc.EndOfAsync(id);
        Assert.True((string?)status["outcome"] == "succeeded", status.ToJsonString() + Awoc.Diagnose(id));
        return WasWarm(id);
    }

    public Task<string> LaunchAsync(params string[] more) => Awoc.LaunchAsync(["custom:anything", "--agent", "claude", .. more]);

    public bool WasWarm(string id) => File.ReadAllText(Path.Combine(Awoc.TaskFolder(id), "background.log")).Contains("which was warm", StringComparison.Ordinal);

    public async Task<JsonObject> PoolAsync()
    {
        var ran = await Awoc.AwocAsync("pool", "status", "--json");
        return ran.Code == 0 ? JsonNode.Parse(ran.Out)!.AsObject() : throw new InvalidOperationException(ran.Error);
    }

    /// <summary>The handles of the spares, when there are so many.</summary>
    public async Task<IReadOnlyList<string>> SparesAsync(int count = 1)
    {
        IReadOnlyList<string> spares = [];
        await Eventually.TrueAsync(
            async () =>
            {
                spares = [.. (await PoolAsync())["spares"]!.AsArray().Select(spare => (string)spare!["id"]!)];
                return spares.Count == count;
            },
            Soon,
            $"{count} spares");
        return spares;
    }

    /// <summary>A spare is out of the list before its folder is away.</summary>
    public Task EmptyAsync() => Eventually.TrueAsync(() => !Directory.EnumerateFileSystemEntries(PoolFolder).Any(), Soon, "an empty pool");

    public string FolderOf(string spare) => Directory.EnumerateDirectories(PoolFolder).Single(folder => folder.EndsWith(spare, StringComparison.Ordinal));

    public int ShimOf(string spare) => (int)JsonNode.Parse(File.ReadAllText(Path.Combine(FolderOf(spare), "shim.json")))!["pid"]!;

    public async ValueTask DisposeAsync()
    {
        await Awoc.DisposeAsync();
        await Server.DisposeAsync();
    }
}
