using System.Text.Json.Nodes;
using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>The files of a task: the seed's names, fields and words, for their owner alone.</summary>
public sealed class TaskFileTests
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Fact]
    public async Task TaskConfig_ThroughTheLife_HasTheSeedsFieldsAndWords()
    {
        await using var awoc = new AwocSandbox();
        awoc.Environment["AWOC_SESSION_ID"] = "session-7";
        await awoc.AwocAsync("config", "set", "concurrency", "1");
        var blocks = await awoc.LaunchAsync("--agent", "command", "while ! test -e go; do sleep 0.05; done");
        var id = await awoc.LaunchAsync("--agent", "command", "custom:while ! test -e go2; do sleep 0.05; done; echo hi", "out.txt", "--tokens", "700", "--timeout", "90");
        var waiting = Config(awoc, id);
        Assert.Equal("background-task-v1.1", (string?)waiting["schema"]);
        Assert.Equal(id, (string?)waiting["task_id"]);
        Assert.Equal("custom", (string?)waiting["task_type"]);
        Assert.Equal(Path.Combine(awoc.Work, "out.txt"), (string?)waiting["output_file"]);
        Assert.Equal((700, 90), ((int)waiting["token_budget"]!, (int)waiting["timeout"]!));
        Assert.Equal("session-7", (string?)waiting["parent_session"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)waiting["created_at"]);
        Assert.Equal("initializing", (string?)waiting["status"]);
        Assert.Null(waiting["started_at"]);

        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go"), "");
        await awoc.EndOfAsync(blocks);
        await Eventually.TrueAsync(() => (string?)Config(awoc, id)["status"] == "running", TimeSpan.FromSeconds(10), "running");
        Assert.NotNull(Config(awoc, id)["started_at"]);
        await File.WriteAllTextAsync(Path.Combine(awoc.Work, "go2"), "");
        await awoc.EndOfAsync(id);
        var ended = Config(awoc, id);
        Assert.Equal(("completed", 0), ((string?)ended["status"], (int)ended["exit_code"]!));
        Assert.NotNull(ended["completed_at"]);

        var folder = awoc.TaskFolder(id);
        foreach (var name in (string[])["task-config.json", "task-prompt.txt", "execute-task.sh", "execution.log", "events.jsonl", "background.log"])
            Assert.True(File.Exists(Path.Combine(folder, name)), name);
        Assert.Equal("hi\n", await File.ReadAllTextAsync(Path.Combine(folder, "execution.log")));
        Assert.Contains("attempt 1 ended", await File.ReadAllTextAsync(Path.Combine(folder, "background.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Home_AllThatLeadsToATask_IsClosedToOthers()
    {
        await using var awoc = new AwocSandbox();
        var id = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        await Eventually.TrueAsync(() => Directory.EnumerateFileSystemEntries(Path.Combine(awoc.Home, "run", "s")).Any(), TimeSpan.FromSeconds(10), "the shim's socket");
        foreach (var folder in (string[])[awoc.Home, Path.Combine(awoc.Home, "run"), Path.Combine(awoc.Home, "run", "s"), Path.Combine(awoc.Home, "background"), awoc.TaskFolder(id), Path.Combine(awoc.TaskFolder(id), "attempts", "1")])
            Assert.True((File.GetUnixFileMode(folder) & Others) == 0, $"{folder} {File.GetUnixFileMode(folder)}");
        foreach (var file in Directory.EnumerateFileSystemEntries(Path.Combine(awoc.Home, "run"), "*.sock").Append(Path.Combine(awoc.Home, "background", "awoc.db")).Concat(Directory.EnumerateFileSystemEntries(Path.Combine(awoc.Home, "run", "s"))))
            Assert.True((File.GetUnixFileMode(file) & Others) == 0, $"{file} {File.GetUnixFileMode(file)}");
    }

    private static JsonObject Config(AwocSandbox awoc, string id) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(awoc.TaskFolder(id), "task-config.json")))!.AsObject();
}
