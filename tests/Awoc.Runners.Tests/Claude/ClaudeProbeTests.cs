using System.Runtime.Versioning;
using Awoc.Core.Agents;
using Awoc.Runners.Claude;
using Awoc.Runners.Tests.Running;

namespace Awoc.Runners.Tests.Claude;

[UnsupportedOSPlatform("windows")]
public sealed class ClaudeProbeTests : IDisposable
{
    private readonly ClaudeRunner _runner = new();
    private readonly Workplace _place = new();

    [Fact]
    public void Probe_KeyInTheEnvironment_IsReadyAndNamesTheSecret()
    {
        var found = Probe(("ANTHROPIC_API_KEY", "real-key"), ("ANTHROPIC_BASE_URL", "https://proxy.example/v"));
        Assert.Null(found.Missing);
        Assert.Equal(Path.Combine(_place.Root, "bin/claude"), found.Executable);
        Assert.Equal(new ModelUpstream(new Uri("https://proxy.example/v"), UpstreamAuth.ApiKey, "real-key"), found.Upstream);
        Assert.Equal(["ANTHROPIC_API_KEY"], found.RequiredSecrets);
        Assert.DoesNotContain("real-key", found.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Probe_BearerAndKey_TakesTheBearerAsTheCliDoes()
    {
        var found = Probe(("ANTHROPIC_API_KEY", "key"), ("ANTHROPIC_AUTH_TOKEN", "bearer"));
        Assert.Equal((UpstreamAuth.Bearer, "bearer"), (found.Upstream!.Auth, found.Upstream.Secret));
    }

    [Fact]
    public void Probe_LoginFile_PassesTheCallThrough()
    {
        Directory.CreateDirectory(Path.Combine(_place.Home, ".claude"));
        var file = Path.Combine(_place.Home, ".claude/.credentials.json");
        File.WriteAllText(file, """{"claudeAiOauth":{"accessToken":"x"}}""");
        var found = Probe();
        Assert.Equal((UpstreamAuth.PassThrough, null, true), (found.Upstream!.Auth, found.Upstream.Secret, found.CanRun));
        Assert.Equal($"the login in {file}", found.Credential);
        Assert.Empty(found.RequiredSecrets);
        File.WriteAllText(file, "{cut");
        Assert.Contains("no credential", Probe().Missing, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CLAUDE_CODE_USE_BEDROCK", "1", "not supported yet")]
    [InlineData("ANTHROPIC_BASE_URL", "ftp://x", "no http or https URL")]
    public void Probe_WhatCannotBeServed_IsSaid(string name, string value, string words)
    {
        var found = Probe(("ANTHROPIC_API_KEY", "key"), (name, value));
        Assert.Contains(words, found.Missing, StringComparison.Ordinal);
        Assert.Null(_runner.Probe(Environment(true, (name, value))).Missing);
    }

    [Fact]
    public void Probe_Rehearsal_NeedsNoCredential()
    {
        var found = _runner.Probe(Environment(true));
        Assert.Equal((true, null), (found.CanRun, found.Upstream));
    }

    [Fact]
    public void Probe_NotExecutableOrMissing_SaysWhichAndHowToMend()
    {
        var environment = Environment(true);
        File.SetUnixFileMode(Path.Combine(_place.Root, "bin/claude"), UnixFileMode.UserRead);
        Assert.Contains($"{_place.Root}/bin/claude is not executable", _runner.Probe(environment).Missing, StringComparison.Ordinal);
        File.Delete(Path.Combine(_place.Root, "bin/claude"));
        Assert.Contains("claude is not on the PATH: install Claude Code", _runner.Probe(environment).Missing, StringComparison.Ordinal);
        foreach (var (path, words) in new[] { (_place.Root, "is a directory"), ("/no/such", "does not exist"), ("./claude", "is no absolute path") })
        {
            var found = _runner.Probe(environment with { Settings = new Dictionary<string, string> { ["path"] = path } });
            Assert.StartsWith($"{path} {words}", found.Missing, StringComparison.Ordinal);
            Assert.Null(found.Executable);
        }
    }

    public void Dispose() => _place.Dispose();

    private AgentAvailability Probe(params (string, string)[] variables) => _runner.Probe(Environment(false, variables));

    private AgentEnvironment Environment(bool rehearsal, params (string, string)[] variables)
    {
        var bin = Directory.CreateDirectory(Path.Combine(_place.Root, "bin")).FullName;
        var program = Path.Combine(bin, "claude");
        File.WriteAllText(program, "#!/bin/sh\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new AgentEnvironment(_place.Caller([("PATH", $"relative:/no/such:{bin}"), .. variables]), rehearsal, new Dictionary<string, string>());
    }
}
