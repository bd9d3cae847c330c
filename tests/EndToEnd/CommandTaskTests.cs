using Awoc.TestKit;

namespace Awoc.EndToEnd;

/// <summary>Shell commands as tasks: AWOC as a durable task spooler.</summary>
public sealed class CommandTaskTests
{
    [Fact]
    public async Task Run_CommandThatPrints_DeliversItsOutput()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("run", "--agent", "command", "echo hello; sleep 0.1; echo done", "out.txt", "--wait");
        Assert.Equal(0, ran.Code);
        Assert.Equal("hello\ndone\n", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "out.txt")));
        Assert.Matches(@"^\d+-[0-9a-f]{12}\n$", ran.Out);
    }

    [Fact]
    public async Task Run_CommandThatFails_ExitsOneAndKeepsWhatItPrinted()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("run", "--agent", "command", "echo half; exit 7", "out.txt", "--wait");
        Assert.Equal(1, ran.Code);
        Assert.False(File.Exists(Path.Combine(awoc.Work, "out.txt")));
        var status = await awoc.StatusAsync(ran.Out.Trim());
        Assert.Equal("failed", (string?)status["outcome"]);
        Assert.Equal("command_failed", (string?)status["reason"]);
        Assert.Equal("partial", (string?)status["result"]);
        var output = await awoc.AwocAsync("output", "@last");
        Assert.Equal("half\n", output.Out);
        Assert.Contains("partial", output.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Run_PastItsTimeout_Exits124AndKillsTheWholeTree()
    {
        await using var awoc = new AwocSandbox();
        var mark = Guid.NewGuid().ToString("n");
        var ran = await awoc.AwocAsync("run", "--agent", "command", $"trap '' INT TERM; (MARK={mark} setsid sleep 1000 &) ; echo begun; MARK={mark} sleep 1000", "--timeout", "1", "--wait");
        Assert.Equal(124, ran.Code);
        Assert.Empty(Processes.WithEnvironment($"MARK={mark}"));
        var status = await awoc.StatusAsync(ran.Out.Trim());
        Assert.Equal("timed_out", (string?)status["outcome"]);
        Assert.Equal("partial", (string?)status["result"]);
        var config = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(awoc.TaskFolder(ran.Out.Trim()), "task-config.json")))!;
        Assert.Equal(124, (int?)config["exit_code"]);
        Assert.Equal("failed", (string?)config["status"]);
        Assert.Equal("background-task-v1.1", (string?)config["schema"]);
    }

    [Fact]
    public async Task Cancel_QueuedAndRunning_EndsBothAndExitsFour()
    {
        await using var awoc = new AwocSandbox();
        await awoc.AwocAsync("config", "set", "concurrency", "1");
        var running = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var queued = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var canceled = await awoc.AwocAsync("cancel", running, queued);
        Assert.Equal(0, canceled.Code);
        Assert.Equal(4, (await awoc.AwocAsync("wait", running, queued)).Code);
        Assert.Equal("canceled", (string?)(await awoc.EndOfAsync(queued))["outcome"]);
        Assert.Equal("canceled", (string?)(await awoc.EndOfAsync(running))["outcome"]);
    }

    [Fact]
    public async Task Run_TwoTasksForOneOutput_RefusesTheSecond()
    {
        await using var awoc = new AwocSandbox();
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000", "out.txt");
        var second = await awoc.AwocAsync("run", "--agent", "command", "echo x", "out.txt");
        Assert.Equal(2, second.Code);
        Assert.Contains(first.Split('-')[1], second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OutputExists_LeavesItAloneUnlessTold()
    {
        await using var awoc = new AwocSandbox();
        var target = Path.Combine(awoc.Work, "notes.txt");
        await File.WriteAllTextAsync(target, "mine\n");
        var waits = await awoc.AwocAsync("run", "--agent", "command", "echo new", "notes.txt", "--wait");
        Assert.Equal(0, waits.Code);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(target));
        var status = await awoc.StatusAsync("@last");
        Assert.Contains("awoc integrate", (string?)status["detail"], StringComparison.Ordinal);
        Assert.Equal("new\n", (await awoc.AwocAsync("output", "@last")).Out);
        Assert.Equal(0, (await awoc.AwocAsync("run", "--agent", "command", "echo newer", "notes.txt", "--overwrite", "--wait")).Code);
        Assert.Equal("newer\n", await File.ReadAllTextAsync(target));
    }

    [Fact]
    public async Task Run_ShellMetacharactersAndUnicode_ArriveAsWritten()
    {
        await using var awoc = new AwocSandbox();
        var ran = await awoc.AwocAsync("run", "--agent", "command", "printf '%s' 'ünï $(id) `id` \"q\" \\ && -- -x'", "out.txt", "--wait");
        Assert.Equal(0, ran.Code);
        Assert.Equal("ünï $(id) `id` \"q\" \\ && -- -x", await File.ReadAllTextAsync(Path.Combine(awoc.Work, "out.txt")));
    }
}
