using System.Diagnostics;
using System.Runtime.Versioning;
using Awoc.Core.Agents;
using Awoc.Runners.Builtin;
using Awoc.Runners.Claude;
using Awoc.Runners.Credentials;
using Awoc.Runners.Tests.Running;
using Awoc.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Awoc.Runners.Tests.Credentials;

/// <summary>A key from a file or a command that the settings name, as the runners' own probes find it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ConfiguredKeyTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    private readonly Workplace _place = new();

    [Theory]
    [InlineData("claude")]
    [InlineData("builtin")]
    public void Probe_PrivateFile_GivesTheKeyAndNeedsNoVariable(string agent)
    {
        var file = KeyFile("  real-key\n");
        var found = Probe(agent, [("api_key_file", file)], ("ANTHROPIC_BASE_URL", "https://proxy.example"));
        Assert.Null(found.Missing);
        Assert.Equal(new ModelUpstream(new Uri("https://proxy.example"), UpstreamAuth.ApiKey, "real-key"), found.Upstream);
        Assert.Equal(($"api_key_file {file}", 0), (found.Credential, found.RequiredSecrets.Count));
        Assert.DoesNotContain("real-key", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Probe_FileInTheHome_IsFoundByTheTilde()
    {
        File.Move(KeyFile("real-key"), Path.Combine(_place.Home, "key"));
        Assert.Equal("real-key", Probe("claude", [("api_key_file", "~/key")]).Upstream!.Secret);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "can be read by others: chmod 600 it")]
    [InlineData(UnixFileMode.OtherRead, "can be read by others: chmod 600 it")]
    [InlineData(UnixFileMode.GroupWrite, "can be changed by others: chmod 600 it")]
    public void Probe_FileOpenToOthers_IsRefusedWithTheRemedy(UnixFileMode more, string words)
    {
        var file = KeyFile("real-key");
        File.SetUnixFileMode(file, Private | more);
        var found = Probe("claude", [("api_key_file", file)]);
        Assert.Equal($"api_key_file {file} {words}", found.Missing);
        Assert.Null(found.Upstream);
    }

    [Theory]
    [InlineData("", "gave nothing")]
    [InlineData("key\nsecond", "gave more than a key")]
    [InlineData("key\r\nx-header: y", "gave more than a key")]
    [InlineData("k\u00e9y", "gave more than a key")]
    public void Probe_FileWithoutAKey_IsRefusedWithoutItsContent(string content, string words)
    {
        var missing = Probe("builtin", [("api_key_file", KeyFile(content))]).Missing;
        Assert.Contains(words, missing, StringComparison.Ordinal);
        Assert.DoesNotContain("second", missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Probe_WhatIsNoFileOfTheUsers_IsRefused()
    {
        Assert.EndsWith("does not exist", Fault("/no/such/file"));
        Assert.EndsWith("is no file", Fault(_place.Root));
        Assert.EndsWith("is no absolute path", Fault("key"));
        Assert.EndsWith("is too long for a key", Fault(KeyFile(new string('k', 9000))));
        var pipe = Path.Combine(_place.Root, "pipe");
        Process.Start("mkfifo", ["-m", "600", pipe]).WaitForExit();
        Assert.EndsWith("is no file", Fault(pipe));

        // Root's own file for anyone else; for root, somebody's.
        var foreign = Environment.IsPrivilegedProcess ? KeyFile("real-key") : "/etc/passwd";
        if (Environment.IsPrivilegedProcess) Process.Start("chown", ["65534", foreign]).WaitForExit();
        Assert.Contains("is not your own file", Fault(foreign), StringComparison.Ordinal);

        string Fault(string file) => Probe("claude", [("api_key_file", file)]).Missing!;
    }

    [Fact]
    public void Probe_Command_GivesTheKeyOnceAMinute()
    {
        var runner = new ClaudeRunner();
        var command = Counting("printf '%s\\n' real-key");
        for (var i = 0; i < 3; i++) Assert.Equal("real-key", Probe(runner, [("api_key_command", command)]).Upstream!.Secret);
        Assert.Equal(1, Runs());
        // Another caller may get another key.
        Assert.Equal("real-key", Probe(runner, [("api_key_command", command)], ("PROFILE", "other")).Upstream!.Secret);
        Assert.Equal(2, Runs());
    }

    [Fact]
    public void Probe_OnlyLooking_RunsNoCommand()
    {
        var found = new ClaudeRunner().Probe(Surroundings([("api_key_command", Counting("echo real-key"))]) with { LooksOnly = true });
        Assert.Null(found.Missing);
        Assert.Equal("api_key_command, run when a task starts", found.Credential);
        Assert.Null(found.Upstream!.Secret);
        Assert.Equal(0, Runs());
    }

    [Fact]
    public void Probe_Command_RunsInTheCallersEnvironmentAndHome()
    {
        var found = Probe("builtin", [("api_key_command", "echo \"$STORE-$(basename \"$PWD\")\"")], ("STORE", "vault"));
        Assert.Equal("vault-home", found.Upstream!.Secret);
    }

    [Theory]
    [InlineData("echo secret-words; echo more-secrets >&2; exit 3", "api_key_command failed with exit code 3: run it by hand to see why")]
    [InlineData("true", "api_key_command gave nothing: it has to give the key")]
    [InlineData("echo secret-words; echo second", "api_key_command gave more than a key: it has to give one line of printable characters and nothing else")]
    [InlineData("head -c 100000 /dev/zero", "api_key_command gave too much for a key")]
    [InlineData("no-such-program-at-all", "api_key_command failed with exit code 127: run it by hand to see why")]
    public void Probe_CommandWithoutAKey_IsNamedWithoutItsOutput(string command, string missing) =>
        Assert.Equal(missing, Probe("claude", [("api_key_command", command)]).Missing);

    [Fact]
    public async Task Run_CommandThatHangs_IsEndedWithItsChildren()
    {
        var time = new FakeTimeProvider();
        var sleep = $"sleep {Random.Shared.Next(100_000, 999_999)}";
        var running = Task.Run(() => new KeyCommand(time).Run($"{sleep} & {sleep}", _place.Caller()));
        await Eventually.TrueAsync(() => Sleeping(sleep) == 2, s_soon, "the command and its child to run");
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("api_key_command did not end within 10 s and was ended", (await running.WaitAsync(s_soon)).Fault);
        // Killed, but the kernel may take a moment over it.
        await Eventually.TrueAsync(() => Sleeping(sleep) == 0, s_soon, "the command's children to be gone");

        // The shell's own command line holds the words too.
        static int Sleeping(string command) => Processes.WithCommandLine(command).Except(Processes.WithCommandLine($"{command} &")).Count();
    }

    [Fact]
    public void Probe_SeveralSources_EnvironmentFileCommandLogin()
    {
        Directory.CreateDirectory(Path.Combine(_place.Home, ".claude"));
        File.WriteAllText(Path.Combine(_place.Home, ".claude/.credentials.json"), """{"claudeAiOauth":{"accessToken":"x"}}""");
        (string, string) file = ("api_key_file", KeyFile("from-file")), command = ("api_key_command", "echo from-command");
        Assert.Equal("from-environment", Probe("claude", [file, command], ("ANTHROPIC_API_KEY", "from-environment")).Upstream!.Secret);
        Assert.Equal(UpstreamAuth.PassThrough, Probe("claude", [file, command], ("CLAUDE_CODE_OAUTH_TOKEN", "x")).Upstream!.Auth);
        Assert.Equal("from-file", Probe("claude", [file, command]).Upstream!.Secret);
        Assert.Equal("from-command", Probe("claude", [command]).Upstream!.Secret);
        Assert.Equal(UpstreamAuth.PassThrough, Probe("claude", []).Upstream!.Auth);
        // A source that is set and broken is no reason to spend from another account.
        Assert.NotNull(Probe("claude", [("api_key_file", "/no/such/file"), command]).Missing);
        Assert.NotNull(Probe("claude", [("api_key_command", "false")]).Missing);
    }

    public void Dispose() => _place.Dispose();

    private string KeyFile(string content)
    {
        var file = Path.Combine(_place.Root, $"key-{Guid.NewGuid():n}");
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, Private);
        return file;
    }

    private string Counting(string command) => $"echo run >> {Path.Combine(_place.Root, "runs")}; {command}";

    private int Runs() => File.Exists(Path.Combine(_place.Root, "runs")) ? File.ReadAllLines(Path.Combine(_place.Root, "runs")).Length : 0;

    private AgentAvailability Probe(string agent, (string, string)[] settings, params (string, string)[] variables) =>
        Probe(agent == "claude" ? new ClaudeRunner() : new BuiltinRunner(), settings, variables);

    private AgentAvailability Probe(IRunner runner, (string, string)[] settings, params (string, string)[] variables) =>
        runner.Probe(Surroundings(settings, variables));

    private AgentEnvironment Surroundings((string Key, string Value)[] settings, params (string, string)[] variables)
    {
        var given = settings.ToDictionary(s => s.Key, s => s.Value);
        given["path"] = "/bin/sh";
        return new AgentEnvironment(_place.Caller(variables), false, given);
    }
}
