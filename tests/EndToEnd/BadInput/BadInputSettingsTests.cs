using Awoc.TestKit;

namespace Awoc.EndToEnd.BadInput;

/// <summary>Settings files as people break them: launches are refused with file and line; all that looks and mends still works.</summary>
public sealed class BadInputSettingsTests(SharedSandbox shared) : IClassFixture<SharedSandbox>, IDisposable
{
    private readonly AwocSandbox _awoc = shared.Awoc;

    private string UserFile => Path.Combine(_awoc.Home, "config.yaml");

    private string ProjectFile => Path.Combine(_awoc.Work, ".awoc", "config.yaml");

    public void Dispose()
    {
        File.Delete(UserFile);
        if (Directory.Exists(Path.GetDirectoryName(ProjectFile))) File.Delete(ProjectFile);
    }

    [Theory]
    [InlineData("tokens: [1\n", "config.yaml")]
    [InlineData("tokens: 5000\nmodle: opus\n", "line 2", "modle")]
    [InlineData("tokens: lots\n", "line 1", "lots")]
    [InlineData("timeout: 0\n", "timeout")]
    [InlineData("- a\n- b\n", "line 1")]
    [InlineData("just words\n", "line 1")]
    [InlineData("agents:\n  nobody:\n    path: /x\n", "agents.nobody.path")]
    [InlineData("model: [a, b]\n", "model")]
    [InlineData("tokens: 1\ntokens: 2\n", "config.yaml")]
    public async Task UserFile_Wrong_RefusesLaunchesAndNamesTheLine(string yaml, params string[] names)
    {
        Directory.CreateDirectory(_awoc.Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(UserFile, yaml);
        Refusal.Is(await _awoc.AwocAsync("run", "--agent", "command", "true"), 69, [UserFile, .. names]);
        Assert.Equal(0, (await _awoc.AwocAsync("status")).Code);
        Assert.Equal(0, (await _awoc.AwocAsync("daemon", "status")).Code);
        var doctor = await _awoc.AwocAsync("doctor");
        Assert.Contains("config.yaml", doctor.Out + doctor.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", doctor.Out + doctor.Error, StringComparison.Ordinal);
        Refusal.Is(await _awoc.AwocAsync("config", "set", "tokens", "7000"), 69, UserFile);
        Assert.Equal(yaml, await File.ReadAllTextAsync(UserFile));
    }

    [Fact]
    public async Task UserFile_MendedAgain_LaunchesWithoutARestart()
    {
        await _awoc.AwocAsync("daemon", "start");
        await File.WriteAllTextAsync(UserFile, "modle: x\n");
        Assert.Equal(69, (await _awoc.AwocAsync("run", "--agent", "command", "true")).Code);
        await File.WriteAllTextAsync(UserFile, "model: haiku\n");
        Assert.Equal(0, (await _awoc.AwocAsync("run", "--agent", "command", "true", "--wait")).Code);
    }

    [Theory]
    [InlineData("agents.claude.path: /tmp/evil\n")]
    [InlineData("agents:\n  claude:\n    path: /tmp/evil\n")]
    [InlineData("agents:\n  command:\n    path: /tmp/evil\n")]
    [InlineData("agents:\n  claude:\n    user_settings: true\n")]
    [InlineData("concurrency: 1000\n")]
    public async Task ProjectFile_ThatNamesAProgram_IsRefused(string yaml)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ProjectFile)!);
        await File.WriteAllTextAsync(ProjectFile, yaml);
        Refusal.Is(await _awoc.AwocAsync("run", "--agent", "command", "true"), 69, ProjectFile, "line");
    }

    [Fact]
    public async Task ProjectFile_OfAnotherHome_IsNoProjectFile()
    {
        Directory.CreateDirectory(Path.Combine(_awoc.Root, ".awoc"));
        await File.WriteAllTextAsync(Path.Combine(_awoc.Root, ".awoc", "config.yaml"), "concurrency: 3\n");
        var ran = await _awoc.AwocAsync("run", "--agent", "command", "true", "--wait");
        Assert.True(ran.Code == 0, ran.Error);
    }

    [Fact]
    public async Task Dispatch_SettingsBrokenSinceTheLaunch_WaitsAndGoesOnWhenMended()
    {
        await _awoc.AwocAsync("config", "set", "concurrency", "1");
        var first = await _awoc.LaunchAsync("--agent", "command", "sleep 1000");
        var queued = await _awoc.LaunchAsync("--agent", "command", "echo late");
        await File.AppendAllTextAsync(UserFile, "broken\n");
        await _awoc.AwocAsync("cancel", first);
        await Eventually.TrueAsync(async () => (string?)(await _awoc.StatusAsync(queued))["state"] == "awaiting_input", TimeSpan.FromSeconds(10), "the question");
        Assert.Contains("config.yaml", (string?)(await _awoc.StatusAsync(queued))["waitsFor"], StringComparison.Ordinal);
        File.Delete(UserFile);
        await _awoc.AwocAsync("daemon", "start");
        Assert.Equal("succeeded", (string?)(await _awoc.EndOfAsync(queued))["outcome"]);
    }

    [Fact]
    public async Task Config_SetAndUnset_KeepsTheUsersComments()
    {
        const string Mine = "# mine\nmodel: haiku # cheap\n\nagents:\n  # the one I use\n  claude:\n    path: /bin/true\n";
        await _awoc.AwocAsync("daemon", "start");
        await File.WriteAllTextAsync(UserFile, Mine);
        Assert.Equal(0, (await _awoc.AwocAsync("config", "set", "agents.claude.tools", "Read, Grep")).Code);
        Assert.Equal(0, (await _awoc.AwocAsync("config", "set", "tokens", "9000")).Code);
        var changed = await File.ReadAllTextAsync(UserFile);
        Assert.Contains("model: haiku # cheap", changed, StringComparison.Ordinal);
        Assert.Contains("  # the one I use", changed, StringComparison.Ordinal);
        Assert.Equal("Read, Grep\n", (await _awoc.AwocAsync("config", "get", "agents.claude.tools")).Out);
        Assert.Equal(0, (await _awoc.AwocAsync("config", "unset", "agents.claude.tools")).Code);
        Assert.Equal(0, (await _awoc.AwocAsync("config", "unset", "agents.claude.path")).Code);
        Assert.Equal(0, (await _awoc.AwocAsync("config", "set", "agents.claude.path", "/bin/false")).Code);
        Assert.Equal("/bin/false\n", (await _awoc.AwocAsync("config", "get", "agents.claude.path")).Out);
    }
}
