using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Agents that are missing, crash, hang or talk nonsense: refused where it can be known, else an honest end, never a success.</summary>
public sealed class BadInputAgentTests
{
    [Fact]
    public async Task Run_NoAgentAndNoCredential_Exits69AndNamesTheWaysOn()
    {
        await using var awoc = new AwocSandbox();
        Refusal.Is(await awoc.AwocAsync("run", "research:x"), 69, "ANTHROPIC_API_KEY", "--model rehearsal", "--agent command", "awoc doctor");
        Assert.Equal(0, await awoc.CountTasksAsync());
        var doctor = await awoc.AwocAsync("doctor");
        Assert.Equal(69, doctor.Code);
        Assert.Contains("claude", doctor.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "does not exist")]
    [InlineData("plain", "not executable")]
    [InlineData("directory", "directory")]
    public async Task Run_AgentProgramThatCannotStart_IsRefused(string kind, string names)
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        var program = Path.Combine(awoc.Root, "agent");
        if (kind == "plain") await File.WriteAllTextAsync(program, "#!/bin/sh\n");
        if (kind == "directory") Directory.CreateDirectory(program);
        await SetProgramAsync(awoc, program);
        Refusal.Is(await awoc.AwocAsync("run", "research:x", "--agent", "claude"), 69, program, names);
        Assert.Equal(0, await awoc.CountTasksAsync());
    }

    [Theory]
    [InlineData("#!/no/such/interpreter\n", "agent_missing")]
    [InlineData("#!/bin/sh\nexit 1\n", "agent_error")]
    [InlineData("#!/bin/sh\necho 'cannot do it' >&2\nexit 3\n", "agent_error")]
    [InlineData("#!/bin/sh\nkill -SEGV $$\n", "poisoned")]
    [InlineData("#!/bin/sh\nexit 0\n", "agent_error")]
    [InlineData("#!/bin/sh\nhead -c 200000 /dev/urandom; echo; echo '{\"type\":'; echo '[1,2,3]'; echo null; exit 0\n", "agent_error")]
    [InlineData("\u007fELF garbage", "agent_error")]
    public async Task Run_BrokenAgent_FailsWithTheReasonAndIsNeverASuccess(string script, string reason)
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        await SetProgramAsync(awoc, await ProgramAsync(awoc, script));
        var ran = await awoc.AwocAsync("run", "research:x", "r.md", "--agent", "claude", "--wait");
        Assert.True(ran.Code == 1, $"{ran.Code}: {ran.Error}");
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        var status = await awoc.StatusAsync(ran.Out.Trim());
        Assert.Equal(("failed", reason), ((string?)status["outcome"], (string?)status["reason"]));
        Assert.False(string.IsNullOrEmpty((string?)status["detail"]));
        Assert.False(File.Exists(Path.Combine(awoc.Work, "r.md")));
    }

    [Fact]
    public async Task Run_AgentThatHangs_EndsWithItsTimeout()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        await SetProgramAsync(awoc, await ProgramAsync(awoc, "#!/bin/bash\ntrap '' INT TERM\nwhile true; do read -t 1 line; done\n"));
        var ran = await awoc.AwocAsync("run", "research:x", "--agent", "claude", "--timeout", "1", "--wait");
        Assert.True(ran.Code == 124, $"{ran.Code}: {ran.Error}");
        Assert.Empty(Processes.WithEnvironment(ran.Out.Trim()));
    }

    [Fact]
    public async Task Dispatch_AgentGoneSinceTheLaunch_WaitsAndGoesOnWhenItIsBack()
    {
        await using var awoc = new AwocSandbox().Rehearsed();
        var program = await ProgramAsync(awoc, "#!/bin/sh\nexit 1\n");
        await SetProgramAsync(awoc, program);
        await awoc.AwocAsync("config", "set", "concurrency", "1");
        var first = await awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var queued = await awoc.LaunchAsync("research:x", "--agent", "claude");
        File.Move(program, program + ".gone");
        await awoc.AwocAsync("cancel", first);
        await Eventually.TrueAsync(async () => (string?)(await awoc.StatusAsync(queued))["state"] == "awaiting_input", TimeSpan.FromSeconds(10), "the question");
        Assert.Contains(program, (string?)(await awoc.StatusAsync(queued))["waitsFor"], StringComparison.Ordinal);
        File.Move(program + ".gone", program);
        await awoc.AwocAsync("daemon", "start");
        Assert.Equal("agent_error", (string?)(await awoc.EndOfAsync(queued))["reason"]);
    }

    private static async Task<string> ProgramAsync(AwocSandbox awoc, string script)
    {
        var program = Path.Combine(awoc.Root, "agent");
        await File.WriteAllTextAsync(program, script);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return program;
    }

    private static async Task SetProgramAsync(AwocSandbox awoc, string program)
    {
        var set = await awoc.AwocAsync("config", "set", "agents.claude.path", program);
        Assert.True(set.Code == 0, set.Error);
        Assert.Equal(program + "\n", (await awoc.AwocAsync("config", "get", "agents.claude.path")).Out);
    }
}
